package pcap

import "slices"

// bounded is a map that forgets what was put in first when it is full.
type bounded[K comparable, V any] struct {
	of    map[K]V
	order []K // oldest first
}

// put sets the value of a key. What was forgotten for it is returned.
func (m *bounded[K, V]) put(k K, v V, limit int) (old V, forgot bool) {
	if m.of == nil {
		m.of = make(map[K]V)
	}
	if _, known := m.of[k]; !known {
		if len(m.order) >= limit {
			old, forgot = m.take(m.order[0])
		}
		m.order = append(m.order, k)
	}
	m.of[k] = v
	return old, forgot
}

// take removes a key and returns its value.
func (m *bounded[K, V]) take(k K) (v V, ok bool) {
	if v, ok = m.of[k]; ok {
		delete(m.of, k)
		i := slices.Index(m.order, k)
		m.order = slices.Delete(m.order, i, i+1)
	}
	return v, ok
}
