package ledgertest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/ledger"
)

// hostileText tries to end the statement that it is put into.
const hostileText = "'); DROP TABLE ledger.judgement; --\x1b\u202e"

// cases asserts that cases are remembered as they were given, across closing, and
// that the checksum of the records does not know them.
func (o opener) cases(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	want := []ledger.KnownCase{
		{ID: "C-1", Open: true, First: 1, Last: 2, Weight: 33.3, Level: 2, Sent: 1 << 50, Members: []ledger.Member{{Host: "10.0.0.1", Label: hostileText}, {Host: "10.0.0.1", Label: "a.example"}}},
		{ID: "C-2", Into: "C-1", From: hostileText},
	}
	s, err := o.open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	before := sum(t, s)
	if have, err := s.Cases(ctx); err != nil || len(have) != 0 {
		t.Errorf("a new ledger remembers %v, %v", have, err)
	}
	if err := s.SetCases(ctx, []ledger.KnownCase{{ID: "C-9", Members: []ledger.Member{{Host: "x"}}}}); err != nil {
		t.Fatal(err)
	}
	if err := s.SetCases(ctx, want); err != nil {
		t.Fatal(err)
	}
	if sum(t, s) != before {
		t.Error("the checksum changed")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	have, err := o.at(t, dir).Cases(ctx)
	if d := cmp.Diff(want, have); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
}

// judgements asserts that judgements are kept as they were given, numbered, and
// withdrawn only once.
func (o opener) judgements(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	first := ledger.Judgement{
		Case: "C-1", Verdict: ledger.VerdictBenign, Because: hostileText, By: "Ärztin O'Hara", Made: 5, Until: 9,
		Scope: []ledger.Scope{{Host: "10.0.0.1", Label: hostileText, Detector: "upload"}, {Host: "10.0.0.1", Label: "a.example", Detector: "beacon", DayBytes: 7}},
	}
	second := ledger.Judgement{Case: "C-1", Verdict: ledger.VerdictTheft, Because: "police", By: "x", Made: 6}
	s, err := o.open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, j := range []ledger.Judgement{first, second} {
		if id, err := s.Judge(ctx, j); err != nil || id != int64(i+1) {
			t.Fatalf("%d, %v", id, err)
		}
	}
	if err := s.Withdraw(ctx, 2, "y", hostileText, 8); err != nil {
		t.Fatal(err)
	}
	if s.Withdraw(ctx, 2, "y", "", 9) == nil || s.Withdraw(ctx, 3, "y", "", 9) == nil {
		t.Error("withdrew what is withdrawn or unknown")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	first.ID, second.ID = 1, 2
	second.Withdrawn, second.WithdrawnBy, second.WithdrawnBecause = 8, "y", hostileText
	have, err := o.at(t, dir).Judgements(ctx)
	if d := cmp.Diff([]ledger.Judgement{first, second}, have); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
}
