package detect

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// Groups of terms. Each stands for one independent fact.
const (
	Rhythm    = "rhythm"    // how regular in time
	Rarity    = "rarity"    // how few hosts use the far end, how new it is
	Identity  = "identity"  // what the far end shows of itself
	Channel   = "channel"   // port, protocol, manner of use
	Volume    = "volume"    // how much against the past
	Content   = "content"   // what was sent
	Moving    = "movement"  // how a host works on others inside
	Gathering = "gathering" // how much a host takes from others inside
	Approval  = "approval"  // what the house itself allowed, and what exceeds it
	Innocence = "innocence" // what speaks for an innocent cause
)

// Caps is the most that a group may add to a finding or case, in decibans.
// What speaks against theft is not capped.
var Caps = map[string]float64{
	Rhythm:   16,
	Rarity:   12,
	Identity: 18,
	Channel:  19,
	Volume:   16,
	Content:  18,
	// Each of these alone can list a case, but make no sign of theft.
	Moving:    20,
	Gathering: 20,
	Approval:  20,
}

// Weight is one row of the table below.
type Weight struct {
	Group string
	DB    float64
	Text  string // a format for Says
}

// The weights, first values by judgement (2026-11), in decibans. They have not
// been measured; docs/weights.md gives the reason for each. Ten decibans mean
// ten times as likely under theft as under innocence.
var (
	// Rhythm.
	Periodic      = Weight{Rhythm, 12, "periodic: every %s, jitter ± %d %%"} // scaled by strength
	NightAndDay   = Weight{Rhythm, 3, "goes on by night as by day, over %s"}
	BurstsOfShort = Weight{Rhythm, 10, "%d short sessions within %s"}
	FewBeats      = Weight{Innocence, -4, "only %d beats"}
	ShortRun      = Weight{Innocence, -4, "the rhythm lasted %s only"}
	Transfers     = Weight{Innocence, -8, "each call carries %s, as transfers do"}
	ServerGone    = Weight{Innocence, -9, "never answered on any of %d days, as by a server that is gone"}

	// Rarity. See Rare for the graded one.
	RareFarEnd    = Weight{Rarity, 10, "far end used by %d of %d hosts"}
	NewFarEnd     = Weight{Rarity, 5, "far end first seen %s, on day %d of the records"} // scaled
	Common        = Weight{Innocence, -14, "far end used by %d of %d hosts"}
	Established   = Weight{Innocence, -4, "in use on %d of %d days, from the first day of the records on"}
	SinglePurpose = Weight{Innocence, -8, "the host has hardly any other far end (%d), from the first day on, as appliances do"}
	TimeService   = Weight{Innocence, -12, "time or name service by port %d"}

	// Identity.
	NoName          = Weight{Identity, 4, "no name leads to the far end, only an address"}
	SelfSigned      = Weight{Identity, 8, "certificate signed by itself"}
	UnknownIssuer   = Weight{Identity, 3, "certificate from an issuer that is not trusted: %s"}
	OddDates        = Weight{Identity, 4, "certificate with odd dates: %s"}
	NameIsAddress   = Weight{Identity, 5, "asked for by address in place of a name"}
	Imitates        = Weight{Identity, 8, "certificate imitates %s"}
	Placeholder     = Weight{Identity, 3, "certificate made out to a placeholder: %s"}
	ClientCert      = Weight{Identity, 6, "the client showed a certificate of its own"}
	LoneFingerprint = Weight{Identity, 4, "TLS client fingerprint seen on this host only"}
	MeetsMany       = Weight{Innocence, -14, "the host meets such far ends everywhere (%d), as scanners and sharing programs do"}
	TrustedChain    = Weight{Innocence, -8, "certificate chain is valid"}
	SameAsPeers     = Weight{Innocence, -9, "same client software as on %d other hosts"}

	// Channel.
	KeepsCalling = Weight{Channel, 15, "called %d times though never answered"} // scaled
	OddPort      = Weight{Channel, 4, "port %d is unusual for this"}
	PlainAddress = Weight{Channel, 3, "unencrypted upload to a bare address"}
	Tunnel       = Weight{Channel, 12, "names below the domain hold %s of information within %s"} // scaled
	PayloadTypes = Weight{Channel, 5, "%d %% of the look-ups ask for TXT, NULL or another type that carries bytes"}
	LongNames    = Weight{Channel, 4, "names of %d bytes on average below the domain"}
	NeverVisited = Weight{Channel, 3, "nobody ever connected to the domain"}
	SizesVary    = Weight{Channel, 10, "payloads of varying size in %d packets, %s on average, where ping has one size"}                  // scaled
	NoEcho       = Weight{Channel, 12, "the answers are not what was sent: %s a packet out, %s in, where an echo is returned as it came"} // scaled
	LargeEchoes  = Weight{Channel, 3, "payloads of %s on average, more than ping's 32 to 64 bytes"}
	Echoed       = Weight{Innocence, -16, "each answer is as long as what was sent, as with ping"}
	PingsMany    = Weight{Innocence, -14, "the host pings %d others, as monitors and scanners do"}
	ProbesSizes  = Weight{Innocence, -6, "only %d packets, as when somebody tries out sizes"}
	ChecksItself = Weight{Channel, 6, "asked %s for its own public address %s before"}
	SmallReplies = Weight{Innocence, -16, "answered with loopback addresses, as reputation services and blocklists do"}
	ShortNames   = Weight{Innocence, -8, "names of only %d bytes on average below the domain"}
	LeadsThere   = Weight{Innocence, -10, "%d connections to the domain follow %d names, as with content networks"}
	OwnZone      = Weight{Innocence, -10, "answered with addresses inside, as a zone of one's own is"}

	// Volume.
	Outweighs      = Weight{Volume, 6, "%d times the information of all other names that the host asked for"} // scaled
	MuchInADay     = Weight{Volume, 8, "%s sent to one far end within a day"}                                 // scaled
	AboveOwnPast   = Weight{Volume, 10, "%s as much as the host usually sends in a day"}                      // scaled
	AbovePeers     = Weight{Volume, 4, "no other of %d hosts sent as much to so rare a far end"}
	NowAProducer   = Weight{Volume, 4, "sent %s what it received there"}
	Conversational = Weight{Innocence, -12, "received nearly as much as it sent, as calls and browsing do"}
	ReceivedMore   = Weight{Innocence, -20, "received more than it sent, as calls and browsing do"}
	CallPort       = Weight{Innocence, -14, "both ways by UDP on port %d, as calls and conferences"}
	MuchByICMP     = Weight{Volume, 12, "%s by ICMP within %s"} // scaled
	UsualForHost   = Weight{Innocence, -16, "as much was sent there on %d of %d days, since the records begin"}
	SmallVolume    = Weight{Innocence, -6, "only %s in all"}

	// Content.
	Archive      = Weight{Content, 8, "an archive was sent: %s"}
	ArchiveTried = Weight{Content, 6, "an archive was sent, though not accepted: %s"}
	ManyArchives = Weight{Content, 4, "%d archives of about equal size"}
	EqualSizes   = Weight{Content, 6, "%d of %d portions are of one size, %s ± 5 %%"}
	NamedFiles   = Weight{Content, 3, "files accepted by the far end: %d"}
	TypeLie      = Weight{Content, 6, "%s is in truth %s"}
	OwnName      = Weight{Content, 8, "%s holds the host's own name, %s"}
	ByNight      = Weight{Content, 2, "sent by night or at the weekend (UTC)"}
)

// Approvals: what the house says of its own flows (docs/context.md).
var (
	ApprovedFlow    = Weight{Innocence, -40, "approved flow of %s (%s), up to %s a day until %s"}
	ApprovedPartner = Weight{Innocence, -10, "the far end is approved for a flow of %s (%s)"}
	ApprovedPart    = Weight{Approval, 0, "an approval of %s (%s) covers %s of it: %s"}
	ApprovalExpired = Weight{Approval, 0, "the approval of %s (%s) expired on %s and counts nothing"}
	ExceedsApproval = Weight{Approval, 20, "more than %s (%s) approved: %s above %s a day on %d of %d days"}
)

// Says makes a term of a weight; args fill its text.
func (w Weight) Says(args ...any) Term {
	return Term{Group: w.Group, Text: fmt.Sprintf(w.Text, args...), DB: w.DB}
}

// Scaled makes a term with a share (0 to 1) of the weight.
func (w Weight) Scaled(share float64, args ...any) Term {
	t := w.Says(args...)
	t.DB = Round(w.DB * math.Max(0, math.Min(1, share)))
	return t
}

// Rare grades how few of all hosts use a far end: 10·log10(all/users), at most
// RareFarEnd's weight. With few hosts it says little, and that is right.
func Rare(users, all int64) Term {
	t := RareFarEnd.Says(users, all)
	if users < 1 || all < 1 {
		t.DB = 0
		return t
	}
	t.DB = Round(math.Min(RareFarEnd.DB, 10*math.Log10(float64(all)/float64(users))))
	return t
}

// Round cuts a weight to tenths of a deciban.
func Round(db float64) float64 { return math.Round(db*10) / 10 }

// Sum adds terms up: within a group up to its cap, then over the groups. What
// speaks against theft counts in full.
func Sum(terms []Term) float64 {
	parts := ByGroup(terms)
	total := 0.0
	for _, g := range slices.Sorted(maps.Keys(parts)) {
		total += parts[g]
	}
	return Round(total)
}

// ByGroup returns what each group adds, in decibans: up to its cap what speaks for
// theft, and under Innocence in full what speaks against it, whatever its group.
func ByGroup(terms []Term) map[string]float64 {
	parts := map[string]float64{}
	for _, t := range terms {
		if t.DB > 0 {
			parts[t.Group] += t.DB
		}
	}
	for g, most := range Caps {
		if parts[g] > most {
			parts[g] = most
		}
	}
	for _, t := range terms {
		if t.DB < 0 {
			parts[Innocence] += t.DB
		}
	}
	return parts
}
