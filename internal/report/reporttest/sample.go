package reporttest

import (
	"time"

	"barium/internal/report"
)

// Samples are the documents by name, one for each verdict.
func Samples() map[string]*report.Document {
	return map[string]*report.Document{
		"data_left": DataLeft(),
		"signs":     Signs(),
		"none_seen": NoneSeen(),
	}
}

func at(hour, minute, second int) time.Time {
	return time.Date(2020, time.April, 30, hour, minute, second, 0, time.UTC)
}

func ref[T any](v T) *T { return &v }

// DataLeft has two cases: an archive sent twice to a web server that nobody
// approved, and a command channel over TLS.
func DataLeft() *report.Document {
	return &report.Document{
		Schema: report.Schema,
		Verdict: report.Verdict{
			Level:     report.LevelDataLeft,
			Text:      "10.0.1.4 sent an archive of at least 1.08 MB to 192.168.0.4, a destination that nobody approved. A second host keeps a channel open to the same address.",
			Confirmed: []string{},
		},
		Cases: []report.Case{archive(), channel()},
		BlindSpots: []report.BlindSpot{
			{Route: "Mail", Reason: "No mail log was read, and no record of port 25 or 587 names a sender.", Fix: "Add the mail gateway's log, or Zeek's smtp.log."},
			{Route: "Anything inside TLS", Reason: "3,204 connections to 211 names are encrypted; only their size is known.", Fix: "Add the log of the web proxy, which sees the names and the sizes of files."},
			{Route: "Thefts before 2020-04-29", Reason: "The logs go back 2 days; a drip of weeks would not show.", Fix: "Keep connection logs for 13 months, as the ledger does."},
		},
		Sources: []report.Source{
			{
				Path: "/data/zeek/2020-04-30/conn.log", Format: "zeek conn (TSV)", SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
				Records: 45012, Duplicates: 12, First: ref(at(0, 0, 1)), Last: ref(at(23, 59, 48)),
				BadSamples: []report.BadSample{}, Skipped: map[string]int64{}, Warnings: []string{},
			},
			{
				Path: "/data/zeek/2020-04-30/http.log.gz", Format: "zeek http (TSV, gzip)", SHA256: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
				Records: 3180, Bad: 2, First: ref(at(0, 2, 11)), Last: ref(at(23, 51, 0)),
				BadSamples: []report.BadSample{{Line: 811, Offset: 190233, Reason: "27 fields, 30 expected", Sample: "1588223044.120000\tCu1Y\t10.0.1.9"}},
				Skipped:    map[string]int64{}, Warnings: []string{"the file ends without #close"},
			},
			{
				Path: "/data/zeek/2020-04-30/weird.log", Format: "zeek weird (TSV)", SHA256: "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13",
				BadSamples: []report.BadSample{}, Skipped: map[string]int64{"weird": 210}, Warnings: []string{},
			},
			{
				Path: "/data/zeek/2020-04-30/dns.log.gz", Format: "not read", SHA256: "b1946ac92492d2347c6235b4d2611184a1b2c3d4e5f60718293a4b5c6d7e8f90",
				BadSamples: []report.BadSample{}, Skipped: map[string]int64{}, Warnings: []string{}, Problem: "gzip: unexpected end of the file after 0 records",
			},
		},
		Stats:    report.Stats{Events: 48180, Conversations: 3911, ElapsedMS: 840, WeakFindings: 7, Bytes: 12_400_000},
		Period:   report.Period{First: ref(at(0, 0, 1)), Last: ref(at(23, 59, 48)), Hours: 24},
		Internal: []report.Network{{CIDR: "10.0.0.0/8", Why: "RFC 1918"}, {CIDR: "172.16.0.0/12", Why: "RFC 1918"}},
		Version:  "v0.1.0",
		Context: report.Context{Assets: 1, Flows: 1, Proposals: 2, Uses: []report.FlowUse{{
			Source: "10.0.2.0/24", Destination: "backup.example", Direction: "out", Ceiling: 50e9, Owner: "storage team", Ticket: "CHG-114", Expiry: "2020-12-31",
			Status: report.UseExceeded, Bytes: 50e9, Days: 1, MostADay: 61e9, DaysExceeded: 1, Excess: 11e9,
		}}},
		Changes: &report.Changes{
			Opened: []report.Change{{ID: "c-7f3a91", Why: []string{}}}, Grew: []report.Change{{ID: "c-19be02", Why: []string{"1 new host", "2 MB more left"}}}, Closed: []report.Change{}, Same: 3,
		},
	}
}

func archive() report.Case {
	hours := []report.Hour{}
	for i, n := range []int64{2_181_167, 0, 1200, 900, 0, 0, 700, 14_000, 88_000, 420_000, 12_000, 0, 0, 640, 2100, 0, 0, 0, 900} {
		if n > 0 {
			hours = append(hours, report.Hour{Start: at(i, 0, 0), BytesOut: n})
		}
	}
	return report.Case{
		ID: "c-7f3a91", Rank: 1, WeightDB: 47, First: at(0, 19, 3), Last: at(18, 42, 51),
		Hosts: []string{"10.0.1.4"}, Accounts: []string{`CLINIC\jmeier`},
		Standing: report.StandingOpen, Was: []string{"c-0b1c2d"},
		Assets: []report.Asset{{IP: "10.0.1.4", Name: "Ward 3 kiosk", Role: "workstation", UsedByMany: true, Source: "assets.csv"}},
		Judgements: []report.Judgement{{
			ID: "J-2", Verdict: "benign", By: "M. Keller", Because: "a restore test", Made: at(9, 0, 0), Until: ref(at(20, 0, 0)), State: "exceeded", Why: []string{"10.0.1.4 and files.example are new in the case"},
		}},
		Names:        []report.HostName{{IP: "10.0.1.4", Name: "nurse-station-12", Source: "dhcp", First: at(0, 2, 0), Last: at(12, 2, 0)}},
		Destinations: []report.Destination{{IP: "192.168.0.4", Name: "files.example", Port: 80}},
		Stages:       []string{"command", "collection", "exfiltration"},
		Loss: report.Loss{
			BytesSent: report.Bounds{Low: 1_082_089}, BytesOnWire: 2_181_167,
			Files:    []report.File{{Name: "/webdav/OfficeSupplies.7z", Bytes: 1_082_089, MIME: "application/x-7z-compressed", When: at(0, 19, 3), Sent: 2, Proto: "HTTP PUT"}},
			Approved: 12_000,
			Ladder: []report.Step{
				{Rung: "reachable", Seen: true, Files: report.Bounds{Low: 212}, Bytes: report.Bounds{Low: 1_082_089}, How: "2 shares connected to"},
				{Rung: "sent", Seen: true, Files: report.Bounds{Low: 1}, Bytes: report.Bounds{Low: 1_082_089}, How: "accepted by the far end"},
			},
			Touched: []report.Touched{{Class: "unpatented research", Value: 5, Kind: "share", What: `\\fs1\research`, How: "10.0.1.4 connected to it"}},
		},
		Level:   report.LevelDataLeft,
		Summary: "10.0.1.4 sent the archive OfficeSupplies.7z (1.08 MB) twice to the web server 192.168.0.4, which nobody approved.",
		Who:     "not assessed",
		Hours:   hours,
		Events: []report.Event{
			{When: at(0, 12, 40), Stage: "command", Text: "10.0.1.4 begins to call 192.168.0.4:80 every 5 minutes"},
			{When: at(0, 19, 3), Stage: "exfiltration", Text: "PUT /webdav/OfficeSupplies.7z, 1,082,089 bytes, answered 201 Created"},
			{When: at(0, 31, 17), Stage: "exfiltration", Text: "the same file once more, answered 204 No Content"},
		},
		Checks: []report.Check{
			{Where: "the owner of 10.0.1.4", Text: "Was a WebDAV folder on 192.168.0.4 in use, and for what?"},
			{Where: "packets", Text: "Look at the body of CWjuWf3ZyQ: is it a 7-Zip archive, and is it encrypted?"},
			{Where: "host", Text: "Who or what made OfficeSupplies.7z, and from which files?"},
		},
		Findings: []report.Finding{
			{
				ID: "c-7f3a91/1", Proto: "tcp", Records: report.RecordsConnections, FarEnds: []report.Destination{{IP: "192.168.0.4", Port: 80}},
				Detector: "putfile", Techniques: []string{"T1048.003", "T1560.001"}, Src: "10.0.1.4", Dst: "192.168.0.4", DstName: "files.example", Port: 80,
				First: at(0, 19, 3), Last: at(0, 31, 17), BytesOut: 2_181_167, BytesIn: 1904, Events: 2, WeightDB: 38,
				Terms: []report.Term{
					{Name: "archive accepted by the far end", DB: 18},
					{Name: "destination seen from 1 of 900 hosts", DB: 14},
					{Name: "type of the file and its name disagree", DB: 9.5},
					{Name: "address is private: it may be one's own", DB: -3.5},
				},
				Reason: "A 7-Zip archive was put to a server that no other host writes to, and put again 12 minutes later.",
				Evidence: []report.Evidence{
					{
						Source: "/data/zeek/2020-04-30/http.log.gz", Offset: 40211, Line: 174, UID: "CWjuWf3ZyQ", CommunityID: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
						Raw: "1588205943.881220\tCWjuWf3ZyQ\t10.0.1.4\t49211\t192.168.0.4\t80\t1\tPUT\tfiles.example\t/webdav/OfficeSupplies.7z\t-\t1.1\tMicrosoft-WebDAV-MiniRedir/10.0.17763\t-\t1082089\t0\t201\tCreated",
					},
					{
						Source: "/data/zeek/2020-04-30/http.log.gz", Offset: 51970, Line: 221, UID: "C4J1pB2mXe", CommunityID: "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=",
						Raw: "1588206677.018433\tC4J1pB2mXe\t10.0.1.4\t49260\t192.168.0.4\t80\t1\tPUT\tfiles.example\t/webdav/OfficeSupplies.7z\t-\t1.1\tMicrosoft-WebDAV-MiniRedir/10.0.17763\t-\t1082089\t0\t204\tNo Content",
					},
				},
				Stage: "exfiltration", Entities: []report.Entity{{Kind: report.KindURI, Value: "/webdav/OfficeSupplies.7z"}},
			},
			{
				ID: "c-7f3a91/2", Proto: "tcp", Records: report.RecordsConnections, FarEnds: []report.Destination{{IP: "192.168.0.4", Port: 80}},
				Detector: "beacon", Techniques: []string{"T1071.001"}, Src: "10.0.1.4", Dst: "192.168.0.4", DstName: "files.example", Port: 80,
				First: at(0, 12, 40), Last: at(18, 42, 51), BytesOut: 540_440, BytesIn: 88_210, Events: 222, Attempts: 3, WeightDB: 9,
				Terms: []report.Term{
					{Name: "periodic at 5 min ± 3 %", DB: 8},
					{Name: "destination seen from 1 of 900 hosts", DB: 5},
					{Name: "same client as the antivirus updater", DB: -4},
				},
				Reason: "222 requests to one server at even distances, day and night.",
				Evidence: []report.Evidence{{
					Source: "/data/zeek/2020-04-30/conn.log", Offset: 8123, Line: 60, UID: "C1xkzz3ys8", CommunityID: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
					Raw: "1588205560.000000\tC1xkzz3ys8\t10.0.1.4\t49190\t192.168.0.4\t80\ttcp\thttp\t0.512\t412\t377\tSF",
				}},
				Stage: "command",
			},
		},
	}
}

func channel() report.Case {
	return report.Case{
		ID: "c-19be02", Rank: 2, WeightDB: 33.5, First: at(1, 5, 0), Last: at(22, 10, 0),
		Hosts: []string{"10.0.1.6"}, Accounts: []string{},
		Destinations: []report.Destination{{IP: "192.168.0.4", Port: 8443}},
		Stages:       []string{"command"},
		Loss:         report.Loss{BytesOnWire: 96_310, Files: []report.File{}},
		Level:        report.LevelSigns,
		Summary:      "10.0.1.6 keeps a TLS channel to 192.168.0.4:8443 whose client is known from no other host.",
		Who:          "not assessed",
		Hours:        []report.Hour{{Start: at(1, 0, 0), BytesOut: 41_200}, {Start: at(2, 0, 0), BytesOut: 55_110}},
		Events:       []report.Event{{When: at(1, 5, 0), Stage: "command", Text: "first connection to 192.168.0.4:8443"}},
		Checks:       []report.Check{{Where: "host", Text: "Which program on 10.0.1.6 opens port 8443?"}},
		Findings: []report.Finding{{
			ID: "c-19be02/1", Proto: "tcp", Records: report.RecordsConnections, FarEnds: []report.Destination{{IP: "192.168.0.4", Port: 8443}},
			Detector: "tlsid", Techniques: []string{"T1573.002"}, Src: "10.0.1.6", Dst: "192.168.0.4", Port: 8443,
			First: at(1, 5, 0), Last: at(22, 10, 0), BytesOut: 96_310, BytesIn: 120_022, Events: 64, WeightDB: 33.5,
			Terms:  []report.Term{{Name: "client fingerprint on 1 of 900 hosts", DB: 21}, {Name: "self-signed certificate, 3 days old", DB: 12.5}},
			Reason: "The TLS client of 10.0.1.6 is like no other in the house, and the server's certificate is self-signed.",
			Evidence: []report.Evidence{{
				Source: "/data/zeek/2020-04-30/conn.log", Offset: 90210, Line: 702, UID: "CnBr1x2", CommunityID: "1:wCb3OG7yAFWelaUydu0D+125CLM=",
				Raw: "1588208700.000000\tCnBr1x2\t10.0.1.6\t51022\t192.168.0.4\t8443\ttcp\tssl\t12.1\t1504\t1875\tSF",
			}},
			Stage: "command",
		}},
	}
}

// Signs has attempts that were never answered: signs, and no loss.
func Signs() *report.Document {
	d := DataLeft()
	c := channel()
	c.Rank = 1
	c.Summary = "10.0.1.6 tried 4,310 times to reach 203.0.113.77:4444; nothing answered."
	c.Destinations = []report.Destination{{IP: "203.0.113.77", Port: 4444}}
	c.Loss = report.Loss{Files: []report.File{}}
	c.Hours = []report.Hour{}
	f := &c.Findings[0]
	f.Detector, f.Dst, f.Port, f.Attempts, f.Events, f.BytesOut, f.BytesIn = "attempts", "203.0.113.77", 4444, 4310, 4310, 0, 0
	f.Reason = "A steady call that nobody answers: a channel whose far end is gone, or is blocked."
	d.Cases = []report.Case{c}
	d.Verdict.Level = report.LevelSigns
	d.Verdict.Text = "A host calls an address outside without ever being answered. No content is known to have left."
	d.Injected = "1 theft over DNS, 2 beacons (seed 7)"
	return d
}

// NoneSeen has no case, and blind spots.
func NoneSeen() *report.Document {
	d := DataLeft()
	d.Cases = []report.Case{}
	d.Verdict.Level = report.LevelNone
	d.Verdict.Text = "Nothing in 24 hours of connection and web logs looks like theft. Mail, and whatever is encrypted, could not be seen."
	d.Stats.WeakFindings = 1
	return d
}
