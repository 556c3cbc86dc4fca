package generate

import (
	"fmt"
	"time"
)

// generator holds the hospital while its innocent traffic is written.
type generator struct {
	*wire
	o      Options
	net    *network
	web    *web
	shares *shares
	pool   *pool
}

// Hospital writes the logs of a hospital and README.txt, each opened by create,
// and returns what is in them.
func Hospital(o Options, create Create) (Truth, error) {
	if err := o.complete(); err != nil {
		return Truth{}, err
	}
	g := newGenerator(o)
	for _, c := range concerns() {
		c.write(g, stream(o.Seed, "traffic/"+c.name))
	}
	g.flushCerts()
	truth := Truth{Internal: []string{insideNet, edgeNet}, Records: map[string]int64{}}
	if o.Theft {
		truth.Theft = g.steal()
	}
	return truth, g.save(create, &truth)
}

func newGenerator(o Options) *generator {
	start := o.Start.UnixMicro()
	g := &generator{
		wire: &wire{logs: newLogs(o.JSON), start: start, end: start + int64(o.Days)*day, ids: stream(o.Seed, "ids")},
		o:    o, pool: &pool{used: map[ip]bool{}}, shares: newShares(o.Seed, start), net: newNetwork(o.Seed, o, start),
	}
	g.web = newWeb(o.Seed, start, g.pool)
	return g
}

// concern is one kind of innocent traffic.
type concern struct {
	name  string
	write func(*generator, *random)
}

func concerns() []concern {
	return []concern{
		{"leases", (*generator).leases},
		{"browsing", (*generator).browsing},
		{"updates", (*generator).updates},
		{"antivirus look-ups", (*generator).hashLookups},
		{"time", (*generator).clocks},
		{"office", (*generator).office},
		{"mail", (*generator).mail},
		{"calls", (*generator).calls},
		{"cloud drives", (*generator).cloudDrives},
		{"attachments", (*generator).attachments},
		{"backup", (*generator).backups},
		{"radiology", (*generator).radiology},
		{"laboratory", (*generator).laboratory},
		{"sequencing", (*generator).sequencing},
		{"indexing", (*generator).indexing},
		{"remote support", (*generator).remoteSupport},
		{"devices", (*generator).bedside},
		{"printers", (*generator).printing},
		{"building", (*generator).building},
		{"dead server", (*generator).deadServer},
		{"monitoring", (*generator).monitoring},
		{"scanner", (*generator).scanner},
		{"edge", (*generator).inbound},
		{"capture loss", (*generator).captureLoss},
	}
}

// save writes every log that has rows, and README.txt.
func (g *generator) save(create Create, truth *Truth) error {
	shut := time.UnixMicro(g.end).UTC()
	for _, t := range g.all() {
		if len(t.rows) == 0 {
			continue
		}
		truth.Records[t.path] = int64(len(t.rows))
		w, err := create(t.path + ".log")
		if err != nil {
			return fmt.Errorf("create %s.log: %w", t.path, err)
		}
		err = t.writeTo(w, g.o.Start, shut)
		if e := w.Close(); err == nil {
			err = e
		}
		if err != nil {
			return fmt.Errorf("write %s.log: %w", t.path, err)
		}
	}
	return g.readme(create, truth)
}
