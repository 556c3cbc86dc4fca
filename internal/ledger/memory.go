package ledger

// What a ledger remembers besides records: the cases that the last hunt found,
// and what people judged.

// KnownCase is a case as the last hunt left it. It is kept when the case closes,
// so that it has its id again when it comes back.
type KnownCase struct {
	ID      string
	Open    bool   // listed, and not judged benign
	Into    string // id of the case that it became part of; empty for none
	From    string // id of the case that it split off; empty for none
	First   int64  // microseconds since 1970 UTC
	Last    int64
	Weight  float64 // decibans
	Level   int
	Sent    int64 // bytes accepted outside, at least
	Members []Member
}

// Member is a host and the label of a far end that a case is about.
type Member struct{ Host, Label string }

// Judgement is what a person said of a case.
type Judgement struct {
	ID      int64 // from 1, in order of time; given by the ledger
	Case    string
	Verdict string // VerdictBenign or VerdictTheft
	Because string
	By      string
	Made    int64 // microseconds since 1970 UTC
	Until   int64 // the first moment at which it holds no more; 0 for ever
	Scope   []Scope

	Withdrawn        int64 // when, 0 while it stands
	WithdrawnBy      string
	WithdrawnBecause string
}

// Verdicts of a judgement.
const (
	VerdictBenign = "benign"
	VerdictTheft  = "theft"
)

// Scope is one thing that a judgement is about.
type Scope struct {
	Host, Label, Detector string
	DayBytes              int64 // the most that was sent in a day when it was judged
}
