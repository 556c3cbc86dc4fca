package detect

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"barium/internal/ledger"
)

// Detector is one view on theft. It holds no state. Several detectors look at
// once: a table that one makes has a name that begins with the detector's.
//
// Find picks candidates with the SQL that lies beside it as <name>.sql, scores
// each with a function of the candidate alone, and returns findings in an order
// that does not depend on ids. It sees nothing later than the look's window.
// A candidate that innocent causes explain better is no finding: Find returns
// only findings whose weight is above zero.
type Detector interface {
	About() About
	Find(ctx context.Context, l *ledger.Look) ([]Finding, error)
}

// About is what a detector claims, for the catalogue and the report.
type About struct {
	Name       string   // folder name
	ID         string   // of the catalogue: D01 …
	Claim      string   // one sentence: what a finding says
	Matters    string   // why it matters in a hospital or laboratory
	Innocent   []string // known innocent causes
	Techniques []string // ATT&CK ids that a finding may carry
	Sources    []string // papers, specifications
	Stage      Stage
	Needs      []Need
}

// Need is a log without which a detector is blind, wholly or in part.
type Need struct {
	Log    string // conn, dns, http, ssl …
	Whole  bool   // without it the detector sees nothing at all
	Hides  string // the route of theft that stays hidden without it
	Fix    string // how to get it
	Reason string // why it hides
}

// Stage is a step of a theft.
type Stage string

// Stages in the order of a theft.
const (
	Command      Stage = "command"      // a channel to the outside
	Movement     Stage = "movement"     // from one machine inside to another
	Collection   Stage = "collection"   // gathering inside
	Exfiltration Stage = "exfiltration" // the way out
)

// Stages lists all stages in order.
var Stages = []Stage{Command, Movement, Collection, Exfiltration}

// Term is one observation that speaks for (positive) or against theft.
type Term struct {
	Group string // see Caps
	Text  string
	DB    float64
}

// Place is where a record lies.
type Place struct {
	Source uint32
	Offset int64
}

// File is one file that a finding saw leave.
type File struct {
	Name     string
	MIME     string
	How      string // HTTP PUT, FTP STOR …
	Bytes    int64  // of the file, once
	First    int64  // microseconds, of the accepted sending, or the first try
	Sent     int    // how many times
	Accepted bool   // the receiver confirmed it
}

// HourBytes is how much left in one hour (UTC, hours since 1970).
type HourBytes struct {
	Hour     uint32
	BytesOut int64
}

// Finding is one detector's claim.
type Finding struct {
	Detector   string
	Stage      Stage
	Techniques []string
	Src        string // address inside
	Dst        string // the far end's address, inside for movement and collection; empty where only a name is known
	DstName    string // name of the far end; may be empty
	Label      string // registered domain or address: what DstName is recognised by
	Port       int
	Proto      string
	Inbound    bool  // the far end opened the connections, and Port is the host's own
	First      int64 // microseconds since 1970 UTC
	Last       int64
	BytesOut   int64 // payload of answered connections
	BytesIn    int64
	Events     int64
	Attempts   int64
	Accepted   int64 // bytes that the far end is known to have taken
	Approved   int64 // of BytesOut, what an approval covers; not in Accepted
	Estimated  bool  // Accepted is a share of the payload: no log names what it was
	Incomplete bool  // the sensor missed bytes: no upper bound
	Files      []File
	Hours      []HourBytes
	Terms      []Term
	Reason     string // one sentence
	Records    Records
	Places     []Place
	Peers      []Peer   // machines whose connections with Src, from First to Last, it is about, where Dst at Port does not say it
	Entities   []Entity // further names in Reason and Terms, for masking
	Checks     []Check  // what would refute it
}

// Entity is a name in free text.
type Entity struct{ Kind, Value string }

// Peer is a machine that a host has to do with, and the port of one of the two; 0 is
// any.
type Peer struct {
	IP   string
	Port int
}

// With adds a peer, once, and keeps them in order: a finding may have thousands.
func (f *Finding) With(ip string, port int) {
	p := Peer{ip, port}
	at, ok := slices.BinarySearchFunc(f.Peers, p, func(a, b Peer) int { return cmp.Or(strings.Compare(a.IP, b.IP), cmp.Compare(a.Port, b.Port)) })
	if !ok {
		f.Peers = slices.Insert(f.Peers, at, p)
	}
}

// Records says which of the records between a finding's host and far end it is
// about.
type Records int

// The kinds of Records.
const (
	AtPort  Records = iota // those at the finding's port and transport
	AnyPort                // all: FTP sends over other ports than it is asked at
	Lookups                // the look-ups below the label, at any resolver
)

// Kinds of Entity.
const (
	KindHost        = "host"
	KindDestination = "destination"
	KindAccount     = "account"
	KindFile        = "file"
	KindURI         = "uri"
	KindName        = "name"
)

// Check is something a person can do to refute a finding.
type Check struct{ Where, Text string }

// Weight returns the sum of a finding's terms with the groups' caps applied.
func (f *Finding) Weight() float64 { return Sum(f.Terms) }
