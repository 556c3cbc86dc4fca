package movement

import "barium/internal/detect"

// The detector's own weights; docs/detectors/movement.md gives the reasons.
var (
	LoneWay     = detect.Weight{Group: detect.Moving, DB: 8, Text: "%d of %d hosts work on it by %s"} // scaled
	NewEdge     = detect.Weight{Group: detect.Moving, DB: 5, Text: "the host never worked on it before day %d of the records"}
	SeveralWays = detect.Weight{Group: detect.Moving, DB: 6, Text: "%d ways within %s: %s"} // scaled
	Executes    = detect.Weight{Group: detect.Moving, DB: 8, Text: "asked it to run something: %s"}
	Commands    = detect.Weight{Group: detect.Moving, DB: 5, Text: "commands by WinRM, %s back and forth"}
	AtScreen    = detect.Weight{Group: detect.Moving, DB: 3, Text: "a session by %s"}
	AdminShare  = detect.Weight{Group: detect.Moving, DB: 4, Text: "connected to the administrative share %s"}
	Program     = detect.Weight{Group: detect.Moving, DB: 6, Text: "a program was written to it: %s"}
	Pushes      = detect.Weight{Group: detect.Moving, DB: 4, Text: "%s handed to it by SMB, more than was fetched"}
	Knocks      = detect.Weight{Group: detect.Moving, DB: 3, Text: "%d further tries at it were not answered"}
	OnPath      = detect.Weight{Group: detect.Moving, DB: 6, Text: "the host was itself worked on so, from %s, %s before"}
	NewAccount  = detect.Weight{Group: detect.Identity, DB: 6, Text: "with the account %s, which the host had not used before; until then %s"}
	Administers = detect.Weight{Group: detect.Innocence, DB: -18, Text: "the host works so on %d machines, and did before or from the first days on, as an administrator's does"}
	FansOut     = detect.Weight{Group: detect.Innocence, DB: -6, Text: "the host works so on %d machines, as those that manage others do"}
	KnocksMany  = detect.Weight{Group: detect.Innocence, DB: -8, Text: "%d machines inside did not answer the host, as happens to scanners"}
	OldEdge     = detect.Weight{Group: detect.Innocence, DB: -14, Text: "on %d of %d days, since the records begin"}
	BothWays    = detect.Weight{Group: detect.Innocence, DB: -8, Text: "the other works on the host too, as servers of one service do"}
)
