package report

import (
	"bytes"
	"time"
)

// Schema names the shape of the JSON document. It changes when a field is
// renamed, removed or changes its meaning, not when one is added.
const Schema = "barium/1"

// Wrote reports whether a file begins as the documents of this package do, of
// this version or an earlier one.
func Wrote(head []byte) bool {
	rest, ok := bytes.CutPrefix(head, []byte("{"))
	return ok && bytes.HasPrefix(bytes.TrimLeft(rest, " \r\n"), []byte(`"schema": "barium`))
}

// Verdict levels.
const (
	LevelDataLeft = "data_left" // data left, unexplained
	LevelSigns    = "signs"     // signs of theft
	LevelNone     = "none_seen" // no sign in what we can see
)

// Document is the result of one hunt. Every slice is sorted and never nil, so
// that the same input gives the same bytes.
type Document struct {
	Schema     string      `json:"schema"`
	Verdict    Verdict     `json:"verdict"`
	Cases      []Case      `json:"cases"`
	BlindSpots []BlindSpot `json:"blind_spots"`
	Sources    []Source    `json:"sources"`
	Stats      Stats       `json:"stats"`

	Period   Period    `json:"period"`   // what the records cover
	Internal []Network `json:"internal"` // which addresses count as inside, and why
	Injected string    `json:"injected"` // what in the input was generated, empty for real logs
	Masked   bool      `json:"masked"`   // names were replaced by stand-ins
	Version  string    `json:"version"`  // of barium

	Context Context  `json:"context"` // what the house said of itself
	Changes *Changes `json:"changes"` // since the last hunt on this ledger; null unless asked for
}

// Context is what the house said of itself (--context), and what became of its
// approvals.
type Context struct {
	Assets      int64     `json:"assets"`       // confirmed rows
	Flows       int64     `json:"flows"`        // of each
	CrownJewels int64     `json:"crown_jewels"` // file
	Proposals   int64     `json:"proposals"`    // rows that nobody has confirmed; without effect
	Uses        []FlowUse `json:"uses"`         // of the approved flows, in the order of their file
}

// FlowUse is what an approved flow was used for.
type FlowUse struct {
	Source       string `json:"source"`
	Destination  string `json:"destination"`
	Direction    string `json:"direction"`
	Ceiling      int64  `json:"ceiling"` // bytes in a day
	Owner        string `json:"owner"`
	Ticket       string `json:"ticket"`
	Expiry       string `json:"expiry"`        // last day
	Status       string `json:"status"`        // UseWithin, UseUnused, UseExceeded or UseExpired
	Bytes        int64  `json:"bytes"`         // that it covers
	Days         int64  `json:"days"`          // on which it was used
	MostADay     int64  `json:"most_a_day"`    // bytes, those above the ceiling too
	DaysExceeded int64  `json:"days_exceeded"` // on which the ceiling was
	Excess       int64  `json:"excess"`        // bytes above the ceiling
	AfterExpiry  int64  `json:"after_expiry"`  // bytes that it would have covered
}

// What became of an approved flow.
const (
	UseWithin   = "within"
	UseUnused   = "unused"
	UseExceeded = "exceeded"
	UseExpired  = "expired" // and traffic went on
)

// Changes is what became of cases since the last hunt on a ledger.
type Changes struct {
	Opened []Change `json:"opened"` // also those that open again
	Grew   []Change `json:"grew"`
	Closed []Change `json:"closed"`
	Same   int64    `json:"same"` // open cases that are as they were
}

// Change is what became of one case.
type Change struct {
	ID  string   `json:"id"`
	Why []string `json:"why"`
}

// Verdict answers "were we robbed?".
type Verdict struct {
	Level     string   `json:"level"`     // LevelDataLeft, LevelSigns or LevelNone
	Text      string   `json:"text"`      // one or two sentences for a reader in a hurry
	Confirmed []string `json:"confirmed"` // ids of cases that a named person confirmed
}

// Case is findings about connected entities, in order of time.
type Case struct {
	ID           string        `json:"id"`
	Rank         int           `json:"rank"` // 1 is first
	WeightDB     float64       `json:"weight_db"`
	Calibrated   bool          `json:"calibrated"`  // false until the weights were measured
	Probability  *float64      `json:"probability"` // null until calibrated
	Words        string        `json:"words"`       // ICD 203 words, empty until calibrated
	First        time.Time     `json:"first"`
	Last         time.Time     `json:"last"`
	Hosts        []string      `json:"hosts"` // inside
	Accounts     []string      `json:"accounts"`
	Destinations []Destination `json:"destinations"`
	Stages       []string      `json:"stages"` // in the order of the attack, see package caseload
	Loss         Loss          `json:"loss"`
	Findings     []Finding     `json:"findings"`

	Level   string  `json:"level"`   // this case alone: LevelDataLeft, LevelSigns or LevelNone
	Summary string  `json:"summary"` // one sentence: who sent what where, since when
	Who     string  `json:"who"`     // who and why; "not assessed"
	Hours   []Hour  `json:"hours"`   // bytes out per hour, hours without bytes left out
	Events  []Event `json:"events"`  // the timeline
	Checks  []Check `json:"checks"`  // what would refute the case

	Names []HostName `json:"host_names"` // what the hosts were called during the case; none in masked documents

	Standing   string      `json:"standing"`   // StandingOpen, StandingBenign or StandingConfirmed
	Judgements []Judgement `json:"judgements"` // what people said of it, by id
	Was        []string    `json:"was"`        // ids of cases that became part of it, sorted
	SplitFrom  string      `json:"split_from"` // id of the case that it split off; empty for none
	Assets     []Asset     `json:"assets"`     // what is known of its hosts, by address
}

// What people said of a case.
const (
	StandingOpen      = "open"
	StandingBenign    = "benign"
	StandingConfirmed = "confirmed"
)

// Judgement is what a named person said of a case.
type Judgement struct {
	ID      string     `json:"id"` // J-1
	Verdict string     `json:"verdict"`
	By      string     `json:"by"`
	Because string     `json:"because"`
	Made    time.Time  `json:"made"`
	Until   *time.Time `json:"until"` // the first moment at which it holds no more; null for ever
	State   string     `json:"state"` // holds, exceeded, expired, superseded or withdrawn
	Why     []string   `json:"why"`   // what of the case exceeds it
}

// Asset is what is known of a host of a case.
type Asset struct {
	IP         string `json:"ip"`
	Name       string `json:"name"`
	Role       string `json:"role"`
	Model      string `json:"model"`
	UsedByMany bool   `json:"used_by_many"` // the address does not tell a person, or one machine
	Source     string `json:"source"`       // "assets.csv", or what the traffic looks like
}

// Touched is a crown jewel that a case touched.
type Touched struct {
	Class string `json:"class"`
	Value int    `json:"value"` // 1 to 5
	Kind  string `json:"kind"`  // host, share, path or type
	What  string `json:"what"`
	How   string `json:"how"`
}

// Step is how much of the loss got as far as a rung of the ladder.
type Step struct {
	Rung  string `json:"rung"` // reachable, viewed, staged, sent
	Seen  bool   `json:"seen"` // some log shows it; otherwise it is only what the next rungs prove
	Files Bounds `json:"files"`
	Bytes Bounds `json:"bytes"`
	How   string `json:"how"`
}

// HostName is a name by which a machine inside went. An address may have had
// several machines behind it, one after the other.
type HostName struct {
	IP     string    `json:"ip"`
	Name   string    `json:"name"`
	Source string    `json:"source"` // what told of it: "dhcp", "ntlm", "rdp", "kerberos", "netbios", "helo", "dns", "certificate"
	First  time.Time `json:"first"`  // when it was told of, first and last
	Last   time.Time `json:"last"`
}

// Destination is a far end of a case.
type Destination struct {
	IP   string `json:"ip"`   // may be empty where only a name is known
	Name string `json:"name"` // may be empty
	Port int    `json:"port"` // 0 when it does not apply
}

// Bounds are a lower and an upper bound of a count. High is nil where no upper
// bound is known (capture incomplete, content not seen).
type Bounds struct {
	Low  int64  `json:"low"`
	High *int64 `json:"high"`
}

// Loss is what a case took, as far as the logs show.
type Loss struct {
	BytesSent   Bounds `json:"bytes_sent"`    // content that the far end accepted, each file once
	Estimated   bool   `json:"estimated"`     // part of bytes_sent is 95 % of the payload: no log names what was sent
	BytesOnWire int64  `json:"bytes_on_wire"` // payload sent, with repeats and protocol overhead
	Files       []File `json:"files"`
	Records     Bounds `json:"records"`
	Patients    Bounds `json:"patients"`

	Approved int64     `json:"approved"` // payload that an approval covers; in none of the above
	Ladder   []Step    `json:"ladder"`   // reachable, viewed, staged, sent
	Touched  []Touched `json:"touched"`  // crown jewels, the most valuable first
}

// File is one file that left, counted once.
type File struct {
	Name  string    `json:"name"`
	Bytes int64     `json:"bytes"`
	MIME  string    `json:"mime"`
	When  time.Time `json:"when"`
	Sent  int       `json:"sent"`  // how many times it was sent
	Proto string    `json:"proto"` // HTTP PUT, FTP STOR, SMB …
}

// Hour is one bar of a case's chart.
type Hour struct {
	Start    time.Time `json:"start"`
	BytesOut int64     `json:"bytes_out"`
}

// Event is one entry of a case's timeline.
type Event struct {
	When  time.Time `json:"when"`
	Stage string    `json:"stage"`
	Text  string    `json:"text"`
}

// Check is something a person can do to refute a case.
type Check struct {
	Where string `json:"where"` // whom to ask, or "packets", "host"
	Text  string `json:"text"`
}

// Finding is one detector's claim.
type Finding struct {
	ID         string   `json:"id"` // the case's, and the place among its findings: C-e7f8fc67/1
	Detector   string   `json:"detector"`
	Techniques []string `json:"techniques"` // ATT&CK ids
	Src        string   `json:"src"`
	Dst        string   `json:"dst"`
	DstName    string   `json:"dst_name"`
	Port       int      `json:"port"`
	Proto      string   `json:"proto"`   // transport of its records, empty for any
	Records    string   `json:"records"` // RecordsConnections or RecordsLookups
	// FarEnds are all that the finding's far end was in these logs: addresses,
	// names asked for through a proxy, or the domain of look-ups; port 0 is any.
	FarEnds []Destination `json:"far_ends"`
	// Peers are machines whose connections with Src the finding is about too; the
	// port is that of one of the two, 0 is any.
	Peers    []Destination `json:"peers,omitempty"`
	First    time.Time     `json:"first"`
	Last     time.Time     `json:"last"`
	BytesOut int64         `json:"bytes_out"` // payload on the wire
	BytesIn  int64         `json:"bytes_in"`
	Events   int64         `json:"events"`
	Attempts int64         `json:"attempts"` // events that never got an answer; never loss
	WeightDB float64       `json:"weight_db"`
	Terms    []Term        `json:"terms"`
	Reason   string        `json:"reason"`
	Evidence []Evidence    `json:"evidence"`
	Stage    string        `json:"stage"`
	Entities []Entity      `json:"-"` // further names that Reason speaks of, for Mask
}

// What the records of a finding are.
const (
	RecordsConnections = "connections" // between Src and one of FarEnds
	RecordsLookups     = "lookups"     // by Src, below the domain in FarEnds
)

// Kinds of entities.
const (
	KindHost        = "host"
	KindDestination = "destination"
	KindAccount     = "account"
	KindFile        = "file"
	KindURI         = "uri"
	KindName        = "name"
)

// Entity is something with a name of its own that a text speaks of and that
// stands in no other field, so that Mask knows it.
type Entity struct {
	Kind  string
	Value string
}

// Term is one named part of a weight, in decibans: 10·log10 of how much more
// likely the observation is under theft than under innocence.
type Term struct {
	Name string  `json:"name"`
	DB   float64 `json:"db"`
}

// Evidence leads back to one raw record.
type Evidence struct {
	Source      string `json:"source"`        // path
	SourceHash  string `json:"source_sha256"` // tells sources apart that had the same path
	Offset      int64  `json:"offset"`        // in the decompressed source
	Line        int64  `json:"line"`          // from 1
	UID         string `json:"uid"`
	CommunityID string `json:"community_id"` // version 1, seed 0
	Raw         string `json:"raw"`
}

// BlindSpot is a route of theft that these logs could not have shown.
type BlindSpot struct {
	Route  string `json:"route"`  // what could have left unseen
	Reason string `json:"reason"` // why it would not be seen here
	Fix    string `json:"fix"`    // how to close it
}

// Source is one file that was looked at.
type Source struct {
	Path       string           `json:"path"`
	Format     string           `json:"format"`         // "zeek conn,dns (JSON)", or why it was not read
	SHA256     string           `json:"sha256"`         // of the file as it lies on disk
	Size       int64            `json:"size"`           // bytes on disk that the hash is of
	Content    string           `json:"content_sha256"` // of its decompressed bytes, empty when they could not be read to their end
	Bytes      int64            `json:"bytes"`          // decompressed
	Records    int64            `json:"records"`
	Duplicates int64            `json:"duplicates"` // records already known from another source or sensor
	Bad        int64            `json:"bad"`        // records that could not be read
	First      *time.Time       `json:"first"`      // nil without records
	Last       *time.Time       `json:"last"`
	Problem    string           `json:"problem"`  // why it was not, or not wholly, read; empty when all went well
	Harmless   bool             `json:"harmless"` // the problem hides nothing: an empty file, the same file again, a report of barium's
	BadSamples []BadSample      `json:"bad_samples"`
	Skipped    map[string]int64 `json:"skipped"` // records of log types not kept, by type
	Warnings   []string         `json:"warnings"`
	// Mapping is the user's own mapping that the source was read by, as YAML; empty
	// for none.
	Mapping string `json:"mapping,omitempty"`
}

// BadSample is the beginning of one record that could not be read.
type BadSample struct {
	Line   int64  `json:"line"`
	Offset int64  `json:"offset"`
	Reason string `json:"reason"`
	Sample string `json:"sample"`
}

// Stats are counts of the run.
type Stats struct {
	Events        int64 `json:"events"`        // records kept, each once
	Conversations int64 `json:"conversations"` // per hour, pair, port and transport
	ElapsedMS     int64 `json:"elapsed_ms"`
	WeakFindings  int64 `json:"weak_findings"` // findings below the floor of a case
	Bytes         int64 `json:"bytes"`         // of logs read, decompressed
}

// Period is the time that the records cover.
type Period struct {
	First *time.Time `json:"first"` // nil without records
	Last  *time.Time `json:"last"`
	Hours int64      `json:"hours"` // hours with at least one record
}

// Network is one range of addresses that counts as inside.
type Network struct {
	CIDR string `json:"cidr"`
	Why  string `json:"why"` // "given", "RFC 1918", "the logs' local_orig" …
}
