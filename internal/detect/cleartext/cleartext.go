package cleartext

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"barium/internal/condense"
	"barium/internal/detect"
	"barium/internal/ledger"
)

var (
	//go:embed mail.sql
	mailQuery string
	//go:embed form.sql
	formQuery string
)

// Detector finds small things that are handed outside in clear.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "cleartext", ID: "D32", Stage: detect.Exfiltration,
		Claim:   "A host that is no server handed a mail or a form to a server outside, in clear, as a program does that hides or that labels what it took.",
		Matters: "Passwords, keystrokes and pictures of screens leave in mails and forms of a few hundred bytes; with them a thief comes back by the front door.",
		Innocent: []string{
			"scanners, power supplies and other devices that mail reports, to the house's own domain, day after day",
			"mail programs of a practice without a mail server, of which most name themselves in the message",
			"updaters and measurement of use that post to their maker and fetch nothing: many hosts do",
			"programs that borrow the User-Agent of a browser",
			"remote maintenance and cameras at names of dynamic DNS services",
		},
		Techniques: []string{"T1048.003", "T1071.003", "T1071.001", "T1016", "T1001.003"},
		Sources: []string{
			"RFC 8314 (mail is submitted by TLS), RFC 5322 section 3.6",
			"RFC 9110 sections 10.1.1 (Expect) and 12.5.1 (Accept)",
			"MITRE ATT&CK T1048.003, T1071.003, T1016",
			"the Public Suffix List, private section (dynamic DNS services)",
		},
		Needs: []detect.Need{
			{
				Log: "conn", Whole: true, Hides: "small thefts in clear",
				Reason: "there is no connection log", Fix: "keep Zeek's conn.log (or flow records) of the internet edge",
			},
			{
				Log: "smtp", Hides: "mails that a host hands to a server outside by itself",
				Reason: "there is no smtp log", Fix: "keep Zeek's smtp.log, or captures, of the internet edge; block ports 25 and 587 for all but the mail servers",
			},
			{
				Log: "http", Hides: "forms that are posted in clear",
				Reason: "there is no http log", Fix: "keep Zeek's http.log, or captures, of the internet edge",
			},
		},
	}
}

// candidate is what the score depends on: a host and a label.
type candidate struct {
	mail                bool
	host, label         string
	far, name           string
	port                int
	users, hosts        int64
	labelFirst          int64
	lookFirst, lookLast int64
	labels              int64
	names               bool // some log gives names of far ends
	wireOut, wireIn     int64
	sent                []sending
	own                 []string // what the host calls itself
	checks              []detect.AddressCheck
}

// sending is one mail, one attachment of a mail, or one form.
type sending struct {
	ts        int64
	out, in   int64
	accepted  bool
	anonymous bool // mail: it names no program
	namesSelf bool // mail: its subject holds the host's name
	disguised bool // form: no browser, though it says so
	analysed  bool // mail: not the mail, but what the sensor says of an attachment
	file      string
	from, to  string // mail: account, and domains
	place     detect.Place
}

// Find picks and scores candidates.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	own, err := detect.OwnNames(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("cleartext: names of hosts: %w", err)
	}
	checks, err := detect.AddressChecks(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("cleartext: looks for own addresses: %w", err)
	}
	var out []detect.Finding
	for _, way := range []struct {
		mail  bool
		query string
		table int
	}{{true, mailQuery, condense.Transfer}, {false, formQuery, condense.Request}} {
		cs, err := candidates(ctx, l, way.query, condense.Tables[way.table], way.mail)
		if err != nil {
			return nil, fmt.Errorf("cleartext: %w", err)
		}
		for i := range cs {
			c := &cs[i]
			c.own, c.checks = own[c.host], checks[c.host]
			if f, ok := score(c); ok {
				out = append(out, f)
			}
		}
	}
	return out, nil
}

// analysis is how the ledger calls what the sensor's file analysis says of mails.
const analysis = "files SMTP"

// maxSendings bounds the memory for one candidate: who sends as often is told by
// what came first.
const maxSendings = 1 << 16

// candidates collects the rows of each host and label.
func candidates(ctx context.Context, l *ledger.Look, query string, t *condense.Table, mail bool) (out []candidate, err error) {
	var c candidate
	var s sending
	var wireOut, wireIn int64
	var list condense.Stored
	var far, how string
	var port int
	into := []any{
		&c.host, &c.label, &far, &c.name, &port, &c.users, &c.labelFirst, &c.labels, &wireOut, &wireIn,
		&how, &s.file, &s.from, &s.to,
	}
	into = append(into, list.Scan(t)...)
	query = strings.NewReplacer("{since}", fmt.Sprint(l.Window.Since), "{until}", fmt.Sprint(l.Window.Until)).Replace(query)
	err = ledger.Steps(ctx, l.Store, query, []any{l.Facts.Hosts}, into, func() error {
		n := len(out)
		if n == 0 || out[n-1].host != c.host || out[n-1].label != c.label {
			c.mail, c.hosts, c.lookFirst, c.lookLast, c.names = mail, l.Facts.Hosts, l.Facts.First, l.Facts.Last, l.Facts.Names
			out = append(out, c)
			n++
		}
		to := &out[n-1]
		if to.far != far || to.port != port {
			to.far, to.port = far, port
			to.wireOut += wireOut
			to.wireIn += wireIn
		}
		events, err := condense.Events(t, &list)
		if err != nil {
			return err
		}
		s.analysed = how == analysis
		for i := range events {
			if e := &events[i]; !e.Dup && len(to.sent) < maxSendings {
				to.sent = append(to.sent, decode(s, e, mail))
			}
		}
		return nil
	})
	return out, err
}

// decode fills in what the event of a list says.
func decode(s sending, e *condense.Event, mail bool) sending {
	s.ts, s.place = e.TS, detect.Place{Source: e.Source, Offset: e.Offset}
	if s.analysed {
		s.out = e.V[condense.XferBytes]
		return s
	}
	if mail {
		flags := e.V[condense.XferFlags]
		s.out, s.accepted = e.V[condense.XferBytes], condense.Accepted(e.V[condense.XferCode])
		s.anonymous, s.namesSelf = flags&condense.XferAnonymous != 0, flags&condense.XferNamesSelf != 0
		return s
	}
	s.out, s.in, s.accepted = e.V[condense.ReqBytesOut], e.V[condense.ReqBytesIn], condense.Accepted(e.V[condense.ReqStatus])
	s.disguised = e.V[condense.ReqPort]&condense.ReqDisguised != 0
	return s
}
