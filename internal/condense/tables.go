package condense

import "barium/internal/event"

// MatchWindow is how far apart, in microseconds, two sensors may place the
// start of the same connection.
const MatchWindow = 250_000

// Sizes of the fixed arrays in a record.
const (
	maxKey    = 13
	maxValues = 5
	maxSums   = 9
	maxTotals = 3
)

// Kind says what the integer in a key column stands for.
type Kind uint8

// Kinds of key columns.
const (
	KindHour    Kind = iota // hours since 1970-01-01 UTC
	KindAddress             // id in the dictionary of addresses
	KindName                // id in the dictionary of names
	KindNumber              // the number itself
)

// Column is one column of a key.
type Column struct {
	Name string
	Kind Kind
}

// Event is one entry of a row's list.
type Event struct {
	TS     int64 // microseconds since 1970 UTC
	V      [maxValues]int64
	Source uint32 // 0 when not known any more
	Offset int64
	Dup    bool // another sensor's copy; counts nowhere
}

// Sum is one aggregate column of a row, computed from its list.
type Sum struct {
	Name string
	Of   func(events []Event) int64
}

// Table describes one table of the ledger: the key (first column the hour, last
// column the sensor), the values kept of each event, and the sums over them.
type Table struct {
	ID     int
	Name   string
	Key    []Column
	Values []string
	Sums   []Sum
	// Set, when its name is not empty, is a column that joins what the row's
	// records said: names, in order, separated by SetSeparator.
	Set Column
	// Totals are the columns that add up the first of Values, in their order, over the
	// events that count there.
	Totals []string
	// partitionBy is how many key columns choose the partition, the hour first.
	partitionBy int
}

// The ids of the tables, in the order of Tables.
const (
	Conversation = iota
	Lookup
	Session
	Request
	Transfer
	Certificate
	Lease
	CaptureLoss
	Answer
	LocalHint
	Coverage
	Logon
	Call
	Tunnel
	Software
	Note
	Identity
	numTables
)

// Positions in Event.V of a conversation's event.
const (
	ConvDuration = iota // microseconds
	ConvBytesOrig
	ConvBytesResp
	ConvPort // originator's port; of ICMP its type and the packets, see ConvPackets; of TCP also ConvTurns
	ConvMeta // state and missed bytes, see ConvState and ConvMissed
)

// maxMissed is the most missed bytes that are kept of a connection.
const maxMissed = 1<<58 - 1

// convPort is the originator's port. For ICMP that is its type, and how many
// packets went each way stands above it, for there the sizes of packets tell what
// they are. For TCP with answers that were kept back it is the turns and these.
func convPort(c *event.Conn) int64 {
	v := int64(c.OrigPort)
	if c.Proto == event.ProtoICMP {
		v |= min(known(c.OrigPkts), mostPackets)<<16 | min(known(c.RespPkts), mostPackets)<<37
	}
	if c.Proto == event.ProtoTCP && c.Held > 0 {
		v |= min(known(c.Turns), mostPackets)<<16 | min(known(c.Held), mostPackets)<<37
	}
	return v
}

// mostPackets is the most that ConvPackets can tell.
const mostPackets = 1<<21 - 1

// ConvPackets returns how many packets an ICMP conversation's event had from
// originator and responder, 0 when not known; at most 2097151 each.
func ConvPackets(port int64) (orig, resp int64) {
	return port >> 16 & mostPackets, port >> 37 & mostPackets
}

// ConvTurns returns how often the responder of a TCP conversation's event answered,
// and how often it had kept the request back (event.Conn.Held); both 0 where it
// never did or the log does not tell.
func ConvTurns(port int64) (turns, held int64) { return ConvPackets(port) }

// convMeta packs a connection's state and how many bytes the sensor missed: both
// are mostly the same for all connections of a conversation.
func convMeta(s event.ConnState, missed int64) int64 { return int64(s) | min(missed, maxMissed)<<4 }

// ConvMissed returns how many bytes of a conversation's event the sensor missed.
func ConvMissed(meta int64) int64 { return meta >> 4 }

// ConvState returns Zeek's conn_state of a conversation's event.
func ConvState(meta int64) event.ConnState { return event.ConnState(meta & 15) }

// SetSeparator stands between the names in a Set column.
const SetSeparator = "|"

// Attempt reports whether a connection in this state never got an answer that
// could have carried on a conversation: nothing was lost by it.
func Attempt(s event.ConnState) bool {
	switch s {
	case event.S0, event.REJ, event.RSTOS0, event.SH:
		return true
	}
	return false
}

// Positions in Event.V of a look-up.
const (
	LookName   = iota // hash of the whole name asked for
	LookType          // query type | rcode<<16, both plus one so that 0 is unset
	LookLength        // length of the part before the registered domain, in bytes
	LookInfo          // information in that part, in bits
	LookAnswer        // length of all answers, in bytes
)

// Positions in Event.V of a TLS session.
const (
	SessPort  = iota // originator's port
	SessFlags        // SessEstablished | SessResumed
)

// Flags of a TLS session.
const (
	SessEstablished = 1
	SessResumed     = 2
)

// Positions in Event.V of an HTTP request.
const (
	ReqBytesOut = iota // request_body_len
	ReqBytesIn         // response_body_len
	ReqStatus
	ReqPort // originator's port, in its low 16 bits, and ReqDisguised
	ReqURI  // hash of the URI
)

// ReqDisguised is set where the User-Agent of a request names a browser, but its
// header is no browser's.
const ReqDisguised = 1 << 16

// Positions in Event.V of a logon.
const (
	LogonPort    = iota // originator's port
	LogonSuccess        // event.Tri plus one: 0 failed, 1 not known, 2 succeeded
)

// Positions in Event.V of a call.
const (
	CallPort  = iota // originator's port
	CallCount        // results or objects, plus one; 0 when not given
)

// Positions in Event.V of a note.
const (
	NotePort     = iota // originator's port
	NoteSeverity        // 1 is the worst; 0 when not given
	NoteFile            // hash of the file id
)

// Positions in Event.V of a transfer.
const (
	XferBytes = iota
	XferCode  // HTTP status or FTP reply code; 0 when the protocol has none
	XferFile  // hash of the file id, joins files.log to http.log and ftp.log
	XferFlags // XferFromOrig | XferPartial …
	XferPort  // originator's port
)

// keyHow is the position in the key of a transfer of the log and command that
// told of it; analysed begins it where that was the sensor's file analysis.
const (
	keyHow   = 5
	analysed = "files "
)

// Flags of a transfer.
const (
	XferFromOrig = 1 // the originator of the connection sent the bytes
	XferPartial  = 2 // the sensor missed bytes of it
	// Of a mail only: its header names no program that wrote it, and its subject
	// holds the name of the machine that sent it.
	XferAnonymous = 4
	XferNamesSelf = 8
)

// Accepted reports whether the receiver confirmed a transfer: HTTP 2xx (RFC
// 9110 section 15.3), FTP 226 and 250 (RFC 959 section 4.2).
func Accepted(code int64) bool { return code >= 200 && code < 300 }

// counts reports whether an event is part of the total of value v: copies are not,
// nor bytes of attempts.
func (t *Table) counts(v int, e *Event) bool { return !e.Dup && (v == ConvDuration || answered(e)) }

func count(es []Event) (n int64) {
	for i := range es {
		if !es[i].Dup {
			n++
		}
	}
	return n
}

func duplicates(es []Event) int64 { return int64(len(es)) - count(es) }

// sum returns a Sum function that adds up value v of the events for which when
// holds (nil: all) and that are not duplicates.
func sum(v int, when func(*Event) bool) func([]Event) int64 {
	return func(es []Event) (n int64) {
		for i := range es {
			if !es[i].Dup && (when == nil || when(&es[i])) {
				n += es[i].V[v]
			}
		}
		return n
	}
}

// countIf returns a Sum function that counts the events for which when holds.
func countIf(when func(*Event) bool) func([]Event) int64 {
	return func(es []Event) (n int64) {
		for i := range es {
			if !es[i].Dup && when(&es[i]) {
				n++
			}
		}
		return n
	}
}

// missed adds up the bytes that sensors missed of connections.
func missed(es []Event) (n int64) {
	for i := range es {
		if !es[i].Dup {
			n += ConvMissed(es[i].V[ConvMeta])
		}
	}
	return n
}

func attempt(e *Event) bool  { return Attempt(ConvState(e.V[ConvMeta])) }
func answered(e *Event) bool { return !attempt(e) }

// distinctNames counts the different names of a look-up row, or adds up value v
// over them when v is not negative. Another sensor's copies count there.
func distinctNames(v int) func([]Event) int64 {
	return func(es []Event) (n int64) {
		seen := make(map[int64]struct{}, len(es))
		for i := range es {
			if _, ok := seen[es[i].V[LookName]]; ok || es[i].Dup {
				continue
			}
			seen[es[i].V[LookName]] = struct{}{}
			if v < 0 {
				n++
			} else {
				n += es[i].V[v]
			}
		}
		return n
	}
}

// largest returns a Sum function that gives the largest value v.
func largest(v int) func([]Event) int64 {
	return func(es []Event) (n int64) {
		for i := range es {
			n = max(n, es[i].V[v])
		}
		return n
	}
}

// The DNS query types that carry free text or bytes (RFC 1035, RFC 1183).
func payloadType(e *Event) bool {
	switch e.V[LookType]&0xffff - 1 {
	case 10, 16: // NULL, TXT
		return true
	}
	return false
}

func nxdomain(e *Event) bool { return e.V[LookType]>>16 == 3+1 }

var (
	hour   = Column{"hour", KindHour}
	sensor = Column{"sensor", KindName}
	pair   = []Column{{"orig", KindAddress}, {"resp", KindAddress}, {"port", KindNumber}, {"proto", KindNumber}}
)

// keyed builds a key: hour, cols, sensor.
func keyed(cols ...Column) []Column {
	return append(append([]Column{hour}, cols...), sensor)
}

func paired(cols ...Column) []Column {
	return keyed(append(append([]Column{}, pair...), cols...)...)
}

var counted = []Sum{{"events", count}, {"duplicates", duplicates}}

func plus(s ...Sum) []Sum { return append(append([]Sum{}, counted...), s...) }

// Tables lists every table, in the order of their ids.
var Tables = []*Table{
	{
		ID: Conversation, Name: "conversation", partitionBy: 3,
		// flip is the originator's port where the sensor joined mid-stream and
		// that port, not the responder's, is the service; 0 otherwise.
		Key:    paired(Column{"flip", KindNumber}),
		Values: []string{"duration", "bytes_orig", "bytes_resp", "orig_port", "meta"},
		Sums: plus(
			Sum{"attempts", countIf(attempt)},
			Sum{"bytes_orig", sum(ConvBytesOrig, answered)},
			Sum{"bytes_resp", sum(ConvBytesResp, answered)},
			Sum{"bytes_tried", sum(ConvBytesOrig, attempt)},
			Sum{"duration", sum(ConvDuration, nil)},
			Sum{"missed", missed},
		),
		Set:    Column{"service", KindName},
		Totals: []string{"duration", "bytes_orig", "bytes_resp"},
	},
	{
		ID: Lookup, Name: "lookup", partitionBy: 4,
		Key:    keyed(Column{"orig", KindAddress}, Column{"resp", KindAddress}, Column{"domain", KindName}),
		Values: []string{"name", "type", "length", "info", "answer"},
		Sums: plus(
			Sum{"names", distinctNames(-1)},
			Sum{"info", distinctNames(LookInfo)},
			Sum{"length", distinctNames(LookLength)},
			Sum{"longest", largest(LookLength)},
			Sum{"answer", sum(LookAnswer, nil)},
			Sum{"payload", countIf(payloadType)},
			Sum{"nxdomain", countIf(nxdomain)},
		),
	},
	{
		ID: Session, Name: "session", partitionBy: 3,
		Key: paired(
			Column{"server_name", KindName}, Column{"ja3", KindName}, Column{"subject", KindName}, Column{"issuer", KindName},
			Column{"validation", KindName}, Column{"client", KindName}, // subject of the client's certificate
			Column{"fingerprint", KindName}, // of the server's certificate, where the log gives a hash
		),
		Values: []string{"orig_port", "flags"},
		Sums: plus(
			Sum{"established", countIf(func(e *Event) bool { return e.V[SessFlags]&SessEstablished != 0 })},
			Sum{"resumed", countIf(func(e *Event) bool { return e.V[SessFlags]&SessResumed != 0 })},
		),
	},
	{
		ID: Request, Name: "request", partitionBy: 3,
		Key: paired(
			Column{"host", KindName}, Column{"user_agent", KindName}, Column{"method", KindName},
			Column{"proxied", KindNumber}, // above 0: the far end is host at this port, not resp
		),
		Values: []string{"bytes_out", "bytes_in", "status", "orig_port", "uri"},
		Sums: plus(
			Sum{"bytes_out", sum(ReqBytesOut, nil)},
			Sum{"bytes_in", sum(ReqBytesIn, nil)},
			Sum{"accepted", countIf(func(e *Event) bool { return Accepted(e.V[ReqStatus]) })},
		),
	},
	{
		ID: Transfer, Name: "transfer", partitionBy: 3,
		Key: paired(
			Column{"how", KindName}, Column{"file", KindName}, Column{"mime", KindName}, Column{"account", KindName},
			Column{"place", KindName}, // host header, share
		),
		Values: []string{"bytes", "code", "file_id", "flags", "orig_port"},
		Sums: plus(
			Sum{"bytes", sum(XferBytes, nil)},
			Sum{"bytes_accepted", sum(XferBytes, func(e *Event) bool { return Accepted(e.V[XferCode]) })},
		),
	},
	{
		ID: Certificate, Name: "certificate", partitionBy: 3,
		Key: keyed(
			Column{"subject", KindName}, Column{"issuer", KindName}, Column{"serial", KindName}, Column{"fingerprint", KindName},
			Column{"names", KindName},
		),
		Values: []string{"not_before", "not_after", "key_length", "ca"},
		Sums:   counted,
	},
	{
		ID: Lease, Name: "lease", partitionBy: 3,
		Key:    keyed(Column{"address", KindAddress}, Column{"mac", KindName}, Column{"host_name", KindName}, Column{"domain", KindName}),
		Values: []string{"lease"},
		Sums:   counted,
	},
	{
		ID: CaptureLoss, Name: "capture_loss", partitionBy: 2,
		Key:    keyed(Column{"peer", KindName}),
		Values: []string{"delta", "gaps", "acks", "percent_millionths"},
		Sums: plus(
			Sum{"gaps", sum(1, nil)},
			Sum{"acks", sum(2, nil)},
			Sum{"worst_millionths", largest(3)},
		),
	},
	{
		ID: Answer, Name: "answer", partitionBy: 2,
		Key:  keyed(Column{"address", KindAddress}, Column{"name", KindName}),
		Sums: counted,
	},
	{
		ID: LocalHint, Name: "local_hint", partitionBy: 2,
		Key:  keyed(Column{"address", KindAddress}),
		Sums: counted,
	},
	{
		ID: Coverage, Name: "coverage", partitionBy: 2,
		Key:  keyed(Column{"log", KindName}),
		Sums: counted,
	},
	{
		ID: Logon, Name: "logon", partitionBy: 3,
		Key: paired(
			Column{"log", KindName}, Column{"account", KindName}, Column{"account_domain", KindName},
			Column{"client_name", KindName}, Column{"server_name", KindName}, Column{"service", KindName},
		),
		Values: []string{"orig_port", "success"},
		Sums: plus(
			Sum{"succeeded", countIf(func(e *Event) bool { return e.V[LogonSuccess] == int64(event.Yes)+1 })},
			Sum{"failed", countIf(func(e *Event) bool { return e.V[LogonSuccess] == int64(event.No)+1 })},
		),
		Set: Column{"error", KindName},
	},
	{
		ID: Call, Name: "call", partitionBy: 3,
		Key: paired(
			Column{"log", KindName}, Column{"object", KindName}, Column{"verb", KindName}, Column{"via", KindName},
		),
		Values: []string{"orig_port", "count"},
		Sums:   plus(Sum{"count", sum(CallCount, nil)}),
		Set:    Column{"result", KindName},
	},
	{
		ID: Tunnel, Name: "tunnel", partitionBy: 3,
		Key: paired(
			Column{"log", KindName}, Column{"type", KindName}, Column{"action", KindName}, Column{"account", KindName},
			Column{"far_host", KindName}, Column{"far_port", KindNumber},
		),
		Values: []string{"orig_port"},
		Sums:   counted,
	},
	{
		ID: Software, Name: "software", partitionBy: 3,
		Key:    keyed(Column{"address", KindAddress}, Column{"type", KindName}, Column{"software", KindName}, Column{"version", KindName}),
		Values: []string{"port"},
		Sums:   counted,
	},
	{
		ID: Note, Name: "note", partitionBy: 3,
		Key:    paired(Column{"log", KindName}, Column{"note", KindName}, Column{"message", KindName}),
		Values: []string{"orig_port", "severity", "file_id"},
		Sums:   counted,
	},
	{
		// source is what told of the name: "ntlm", "kerberos" …
		ID: Identity, Name: "identity", partitionBy: 2,
		Key:  keyed(Column{"address", KindAddress}, Column{"host_name", KindName}, Column{"source", KindName}),
		Sums: counted,
	},
}
