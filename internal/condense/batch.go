package condense

import "math/bits"

// Batch is rows of one table, column by column. Position i of every column
// belongs to row i. A batch is valid until its worker is asked for the next.
type Batch struct {
	Rows        int
	Seq         []int64          // unique in the table; rows with the same Seq / BlockRows share a block
	Key         [maxKey][]uint32 // Table.Key says what each column is
	Set         []uint32         // the Set column, empty for tables without
	First, Span []int64          // start of the first event, and from there to that of the last, microseconds
	Sums        [maxSums][]int64 // in the order of Table.Sums
}

// BatchRows is how many rows a batch has, or a multiple, but for the last ones of
// a worker. Rows of one batch are of like size: a database packs a column in runs
// of as many values, each as wide as the widest in the run.
const BatchRows = 2048

// The classes of rows of like size: whether there is more than one event and, for
// conversations, how long they lasted and how much came back.
const (
	spanClasses = 2
	sizeClasses = 4
	classes     = spanClasses * sizeClasses * sizeClasses
)

// pick takes the rows of a class that has at least n, a multiple of n of them.
func (w *Worker) pick(n int) bool {
	for i := range w.batches {
		if b := &w.batches[i]; b.Rows >= n {
			w.class = i
			b.head(&w.full, b.Rows-b.Rows%n)
			return true
		}
	}
	return false
}

// head makes h the first n rows of b.
func (b *Batch) head(h *Batch, n int) {
	h.Rows, h.Seq, h.Set, h.First, h.Span = n, b.Seq[:n], b.Set[:n], b.First[:n], b.Span[:n]
	for i := range b.Key {
		h.Key[i] = b.Key[i][:min(n, len(b.Key[i]))]
	}
	for i := range b.Sums {
		h.Sums[i] = b.Sums[i][:min(n, len(b.Sums[i]))]
	}
}

// drop removes the first n rows.
func (b *Batch) drop(n int) {
	if n == 0 {
		return
	}
	b.Rows -= n
	for _, c := range [...][]int64{b.Seq, b.First, b.Span} {
		copy(c, c[n:][:b.Rows])
	}
	copy(b.Set, b.Set[n:][:b.Rows])
	for i := range b.Key {
		if c := b.Key[i]; c != nil {
			copy(c, c[n:][:b.Rows])
		}
	}
	for i := range b.Sums {
		if c := b.Sums[i]; c != nil {
			copy(c, c[n:][:b.Rows])
		}
	}
}

// add makes room for one more row and returns its position.
func (b *Batch) add(t *Table) int {
	n := b.Rows
	if n == len(b.Seq) {
		size := max(2*n, 64)
		for _, c := range [...]*[]int64{&b.Seq, &b.First, &b.Span} {
			*c = grown(*c, size)
		}
		b.Set = grown(b.Set, size)
		for i := range t.Key {
			b.Key[i] = grown(b.Key[i], size)
		}
		for i := range t.Sums {
			b.Sums[i] = grown(b.Sums[i], size)
		}
	}
	b.Rows++
	return n
}

func grown[T any](s []T, size int) []T { return append(s, make([]T, size-len(s))...) }

// classOf returns the class of a row with n events.
func (w *Worker) classOf(n int, sums *[maxSums]int64) int {
	class := 0
	if n > 1 {
		class = 1
	}
	if w.t.ID != Conversation {
		return class
	}
	duration := level(bits.Len64(uint64(sums[6])), 20, 24, 28)
	back := level(bits.Len64(uint64(sums[4])), 10, 14, 18)
	return (class*sizeClasses+duration)*sizeClasses + back
}

// level returns how many of three ascending bounds a width is above.
func level(width, a, b, c int) int {
	switch {
	case width <= a:
		return 0
	case width <= b:
		return 1
	case width <= c:
		return 2
	}
	return 3
}
