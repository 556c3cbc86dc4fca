package generate

import "slices"

// weekday returns 0 for Monday to 6 for Sunday at us since 1970.
func weekday(us int64) int { return int((us/day + 3) % 7) }

func weekend(us int64) bool { return weekday(us) > 4 }

// activity says how busy the people at h are at us (0 nobody there, 1 a usual
// working hour).
func (g *generator) activity(h *host, us int64) float64 {
	clock := float64(us%day) / float64(hour)
	at := func(from, to float64) bool { return clock >= from && clock < to }
	free := weekend(us)
	switch h.role {
	case ward:
		switch {
		case at(7, 14):
			return h.busy
		case at(14, 22):
			return 0.8 * h.busy
		}
		return 0.3 * h.busy
	case guest:
		if !h.presence[g.dayOf(us)] || !at(h.opens, h.closes) {
			return 0
		}
		return h.busy
	case laboratory:
		if !at(h.opens, h.closes) {
			return 0.03
		}
		if free {
			return 0.3 * h.busy
		}
		return h.busy
	case research, desktop:
		switch {
		case free && (h.role == desktop || !at(10, 16)):
			return 0
		case free:
			return 0.15 * h.busy
		case !at(h.opens, h.closes):
			if h.role == research && at(19, 23) {
				return 0.08
			}
			return 0
		case at(12, 13):
			return 0.5 * h.busy
		}
		return h.busy
	}
	return 0
}

func (g *generator) dayOf(us int64) int64 {
	return max(0, min((us-g.start)/day, int64(g.o.Days-1)))
}

// on tells whether h is switched on at us.
func (g *generator) on(h *host, us int64) bool {
	if h.always {
		return true
	}
	clock := float64(us%day) / float64(hour)
	switch h.role {
	case guest:
		return h.presence[g.dayOf(us)] && clock >= h.opens && clock < h.closes
	case desktop:
		return !weekend(us) && clock >= h.opens-0.1 && clock < h.closes+0.3
	}
	return clock >= h.opens-0.1 && clock < h.closes+0.3
}

// arrivals calls f, in order of time, for events that happen perHour times in
// a usual working hour of h.
func (g *generator) arrivals(r *random, h *host, perHour float64, f func(ts int64)) {
	var times []int64
	for at := g.start; at < g.end; at += hour {
		n := r.poisson(perHour * g.activity(h, at+hour/2))
		times = times[:0]
		for range n {
			times = append(times, at+r.Int64N(hour))
		}
		slices.Sort(times)
		for _, ts := range times {
			f(ts)
		}
	}
}

// every calls f at times a period apart, each moved by up to jitter of the
// period, from a phase that is h's own.
func (g *generator) every(r *random, period int64, jitter float64, f func(ts int64)) {
	for at := g.start + r.Int64N(period); at < g.end; at += period {
		if ts := at + int64(float64(period)*jitter*(2*r.Float64()-1)); g.covers(ts) {
			f(ts)
		}
	}
}
