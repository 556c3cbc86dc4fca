package hunt

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"barium/internal/caseload"
	"barium/internal/detect"
	"barium/internal/event"
	"barium/internal/ledger"
	"barium/internal/report"
)

// meeting is a host and what it recognises a far end by.
type meeting struct{ host, label string }

// end is one far end, port and transport.
type end struct {
	to    report.Destination
	proto string
}

// reach tells which far ends lie behind the labels of findings: a name may have
// many addresses, and none behind a proxy.
type reach map[meeting][]end

// farEnds asks the look what the far ends of all findings of the cases were.
func farEnds(ctx context.Context, l *ledger.Look, cases []caseload.Case) (reach, error) {
	out := reach{}
	var hosts []any
	for i := range cases {
		for j := range cases[i].Findings {
			f := &cases[i].Findings[j]
			out[meeting{f.Src, f.Label}] = nil
			if !slices.Contains(hosts, any(f.Src)) {
				hosts = append(hosts, f.Src)
			}
		}
	}
	if len(hosts) == 0 {
		return out, nil
	}
	// Where connections are not logged, the TLS sessions know the far ends.
	in := " IN (?" + strings.Repeat(", ?", len(hosts)-1) + ")"
	query := `SELECT h.ip, t.text, p.ip, c.port, c.proto FROM (
			SELECT host, label, far, port, proto FROM contact WHERE outbound AND host IN (SELECT address FROM place WHERE ip` + in + `)
			UNION
			SELECT host, label, far, port, 6 FROM dealt WHERE host IN (SELECT address FROM place WHERE ip` + in + `)
		) c
		JOIN place h ON h.address = c.host
		JOIN place p ON p.address = c.far
		JOIN label t ON t.label = c.label
		ORDER BY h.ip, t.text, p.ip, c.port, c.proto`
	var m meeting
	var far string
	var port, proto int
	err := ledger.Each(ctx, l.Store, query, append(slices.Clone(hosts), hosts...), []any{&m.host, &m.label, &far, &port, &proto}, func() error {
		if _, ok := out[m]; ok {
			e := end{report.Destination{IP: addressOnly(far), Port: port}, event.Proto(proto).String()}
			if e.to.IP == "" {
				e.to.Name = far
			}
			out[m] = append(out[m], e)
		}
		return nil
	})
	return out, err
}

// name gives the findings of a case their ids, and says which records they are
// about.
func (r reach) name(c *report.Case, from *caseload.Case) {
	for i := range c.Findings {
		f, d := &c.Findings[i], &from.Findings[i]
		f.ID = fmt.Sprintf("%s/%d", c.ID, i+1)
		f.Records = report.RecordsConnections
		if d.Records == detect.Lookups {
			f.Records = report.RecordsLookups
			f.FarEnds = append(f.FarEnds, report.Destination{Name: d.Label, Port: f.Port})
			continue
		}
		anyPort := d.Records == detect.AnyPort
		if !anyPort {
			f.Proto = d.Proto
		}
		for _, e := range r[meeting{d.Src, d.Label}] {
			if anyPort {
				e.to.Port = 0
			} else if e.to.Port != d.Port || e.proto != d.Proto {
				continue
			}
			if !slices.Contains(f.FarEnds, e.to) {
				f.FarEnds = append(f.FarEnds, e.to)
			}
		}
		if len(f.FarEnds) == 0 { // a far end that is inside, or that opened the connections
			to := report.Destination{IP: addressOnly(d.Dst), Port: d.Port}
			if to.IP == "" {
				to.Name = d.Dst
			}
			f.FarEnds = append(f.FarEnds, to)
		}
	}
}

// sizes notes how many bytes the hashes of each source are of, and what is in it.
func sizes(shown []report.Source, sources []ledger.Source) {
	of := map[content]ledger.Source{}
	for _, s := range sources {
		of[content{s.Path, s.SHA256}] = s
	}
	for i := range shown {
		s := of[contentOf(&shown[i])]
		shown[i].Size, shown[i].Content, shown[i].Bytes = s.Size, s.Content, s.Bytes
	}
}

// evidence fetches the raw lines at places, or only says where they lie.
func (o Options) evidence(ctx context.Context, places []detect.Place, sources []ledger.Source) (map[detect.Place]report.Evidence, error) {
	if !o.PlacesOnly {
		return fetch(ctx, places, sources, o.workers())
	}
	out := map[detect.Place]report.Evidence{}
	byID := map[uint32]ledger.Source{}
	for _, s := range sources {
		byID[s.ID] = s
	}
	for _, p := range places {
		if s, ok := byID[p.Source]; ok {
			out[p] = report.Evidence{Source: s.Path, SourceHash: s.SHA256, Offset: p.Offset}
		}
	}
	return out, nil
}
