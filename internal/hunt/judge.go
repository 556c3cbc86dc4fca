package hunt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"barium/internal/caseload"
	"barium/internal/ledger"
	"barium/internal/report"
)

// KeptJudgement is a judgement as the ledger keeps it.
type KeptJudgement struct {
	report.Judgement
	Case             string     `json:"case"`
	Scope            []Scope    `json:"scope"`
	Withdrawn        *time.Time `json:"withdrawn"` // null while it stands
	WithdrawnBy      string     `json:"withdrawn_by"`
	WithdrawnBecause string     `json:"withdrawn_because"`
}

// Scope is one thing that a judgement is about.
type Scope struct {
	Host     string `json:"host"`
	FarEnd   string `json:"far_end"` // what it is recognised by
	Detector string `json:"detector"`
	DayBytes int64  `json:"day_bytes"` // the most that was sent in a day when it was judged
}

// Judge stores what a person makes of a case of a kept ledger, and returns the
// document and the case as they are with it. An id may be shortened.
func Judge(ctx context.Context, o Options, id string, j ledger.Judgement) (*report.Document, *report.Case, error) {
	o.judged = func(ctx context.Context, s ledger.Store, e *examined, cover *caseload.Coverage) error {
		d := &report.Document{}
		for i := range e.cases {
			d.Cases = append(d.Cases, report.Case{ID: e.cases[i].ID, Was: e.cases[i].Was})
		}
		c, _, err := Select(d, id)
		if err != nil {
			return fmt.Errorf("%w (were --internal and --context those of the hunt?)", err)
		}
		i := slices.IndexFunc(e.cases, func(x caseload.Case) bool { return x.ID == c.ID })
		id, j.Case, j.Scope = c.ID, c.ID, caseload.ScopeOf(&e.cases[i])
		if j.ID, err = s.Judge(ctx, j); err != nil {
			return fmt.Errorf("storing the judgement: %w", err)
		}
		all, err := s.Judgements(ctx)
		if err != nil {
			return err
		}
		caseload.Judge(e.cases, all, endOf(cover))
		return nil
	}
	d, err := Run(ctx, o)
	if errors.Is(err, ErrNothing) {
		return nil, nil, fmt.Errorf("the ledger %s holds no record", o.Ledger)
	}
	if err != nil {
		return nil, nil, err
	}
	c, _, err := Select(d, id)
	return d, c, err
}

// Judgements lists what people said of the cases of a ledger, by id. How far a
// judgement still holds only a hunt can say; here it holds or is withdrawn.
func Judgements(ctx context.Context, o Options) (out []KeptJudgement, err error) {
	s, done, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, done()) }()
	all, err := s.Judgements(ctx)
	for i := range all {
		j := &all[i]
		k := KeptJudgement{Judgement: Judgement(j), Case: j.Case, WithdrawnBy: j.WithdrawnBy, WithdrawnBecause: j.WithdrawnBecause, Scope: []Scope{}}
		if j.Withdrawn != 0 {
			k.State, k.Withdrawn = string(caseload.Withdrawn), moment(j.Withdrawn)
		}
		for _, x := range j.Scope {
			k.Scope = append(k.Scope, Scope{Host: x.Host, FarEnd: x.Label, Detector: x.Detector, DayBytes: x.DayBytes})
		}
		out = append(out, k)
	}
	return out, err
}

// Withdraw takes a judgement back; it stays in the ledger.
func Withdraw(ctx context.Context, o Options, id int64, by, because string, when time.Time) (err error) {
	s, done, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	return s.Withdraw(ctx, id, by, because, when.UnixMicro())
}
