package netflow

// Observer follows datagrams as they come, as Reader would, and says what is in
// them. It is for the program that listens; it keeps no flow.
type Observer struct {
	d    *decoder
	seen Observed
}

// Observed is what is in one datagram.
type Observed struct {
	Flows     int  // that could be read, late ones included
	Bad       int  // parts that could not be read, or whose template never came
	Templates bool // it says what records are
}

// NewObserver returns an Observer that has seen nothing.
func NewObserver() *Observer {
	o := &Observer{d: newDecoder()}
	o.d.flow = func(*flow) { o.seen.Flows++ }
	o.d.skip = func(string) {}
	o.d.warn = func(*exporter, int64) {}
	o.d.fail = func(int64, int64, string, []byte) { o.seen.Bad++ }
	o.d.learnt = func() { o.seen.Templates = true }
	return o
}

// Datagram looks at one datagram; it keeps nothing of f.
func (o *Observer) Datagram(f *Frame) Observed {
	o.seen = Observed{}
	o.d.datagram(f, 0, 0)
	return o.seen
}

// Waiting returns how many sets of records wait for their template.
func (o *Observer) Waiting() int { return o.d.waiting.Len() }
