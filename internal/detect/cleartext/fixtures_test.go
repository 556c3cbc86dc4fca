package cleartext

import (
	"fmt"
	"testing"

	dt "barium/internal/detect/detecttest"
)

const (
	inner = "10.1.1.10" // the resolver of the house
	relay = "203.0.113.87"
	form  = "203.0.113.99"
)

// writeFixtures writes the logs below testdata anew.
func writeFixtures(t *testing.T) {
	for name, write := range map[string]func(*dt.Logs){
		"positive-mail":      stolenMail,
		"positive-form":      stolenForm,
		"innocent-devices":   devices,
		"innocent-practice":  practice,
		"innocent-telemetry": telemetry,
		"innocent-updater":   updater,
		"innocent-server":    mailServer,
	} {
		l := dt.NewLogs(uint64(len(name)) * 49979687)
		hs := dt.Hosts("10.1.2.", 20)
		l.Browse(hs, dt.Sites(15), inner, 0, 4, 4)
		for i, h := range hs {
			l.DHCP(dt.Start+int64(i)*dt.Minute, h, fmt.Sprintf("ward-pc-%02d", i+1))
		}
		write(l)
		l.Save(t, name)
	}
}

// asks lets a host look for its own public address.
func asks(l *dt.Logs, ts int64, host string) {
	l.DNS(dt.DNS{TS: ts, Src: host, Resolver: inner, Query: "api.ipify.org", Answers: []string{"198.51.100.200"}})
	l.Conn(dt.Conn{TS: ts + 20_000, Src: host, Dst: "198.51.100.200", Port: 443, Service: "ssl", Duration: dt.Second, Out: 700, In: 4000})
}

// stolenMail is passwords of one machine, mailed with its name on the attachment.
func stolenMail(l *dt.Logs) {
	at := int64(dt.Start) + 58*dt.Hour
	asks(l, at-40*dt.Second, "10.1.2.24")
	l.DNS(dt.DNS{TS: at - dt.Second, Src: "10.1.2.24", Resolver: inner, Query: "mail.haulage.test", Answers: []string{relay}})
	l.Mail(dt.Mail{TS: at, Src: "10.1.2.24", Dst: relay, Port: 587, From: "office@haulage.test", To: "collector@freemail.test", Size: 4100, File: "PW_ward-pc-05_2026_03_04.html"})
}

// stolenForm is keystrokes, posted every hour to a name that anybody can have.
func stolenForm(l *dt.Logs) {
	at := int64(dt.Start) + 56*dt.Hour
	asks(l, at-3*dt.Minute, "10.1.2.31")
	l.DNS(dt.DNS{TS: at - dt.Second, Src: "10.1.2.31", Resolver: inner, Query: "grain-store.duckdns.org", Answers: []string{form}})
	for range 5 {
		l.Form(dt.Form{TS: at, Src: "10.1.2.31", Dst: form, Method: "POST", Host: "grain-store.duckdns.org", URI: "/in/c.php", Out: 300 + l.Int64N(900), In: 4, Status: 200})
		at += dt.Hour
	}
}

// devices mail reports to the house every day, by the provider's server: one from
// the first day on, one since the third.
func devices(l *dt.Logs) {
	for d := range int64(4) {
		at := int64(dt.Start) + d*dt.Day + 6*dt.Hour
		l.Mail(dt.Mail{TS: at, Src: "10.1.2.38", Dst: relay, Port: 587, From: "ups@clinic.test", To: "it@clinic.test", Size: 900})
		if d >= 2 {
			l.Mail(dt.Mail{TS: at + dt.Hour, Src: "10.1.2.39", Dst: "203.0.113.88", Port: 587, From: "ward-pc-20@clinic.test", To: "it@clinic.test", Size: 90_000, File: "ward-pc-20-report.pdf"})
		}
	}
}

// practice has no mail server: one machine mails through a provider in clear.
func practice(l *dt.Logs) {
	l.DNS(dt.DNS{TS: dt.Start + 33*dt.Hour - dt.Second, Src: "10.1.2.22", Resolver: inner, Query: "smtp.provider.test", Answers: []string{relay}})
	for i := range int64(6) {
		l.Mail(dt.Mail{TS: dt.Start + 33*dt.Hour + i*dt.Hour, Src: "10.1.2.22", Dst: relay, Port: 587, From: "practice@provider.test", To: "lab@partner.test", Size: 30_000, File: fmt.Sprintf("referral %d.pdf", i), Agent: "Thunderbird"})
	}
}

// telemetry is a product on every machine that posts to its maker.
func telemetry(l *dt.Logs) {
	for i, h := range dt.Hosts("10.1.2.", 20) {
		l.DNS(dt.DNS{TS: dt.Start + int64(i)*dt.Minute, Src: h, Resolver: inner, Query: "stats.maker.test", Answers: []string{form}})
		for k := range int64(6) {
			l.Form(dt.Form{TS: dt.Start + int64(i)*dt.Minute + k*12*dt.Hour + dt.Second, Src: h, Dst: form, Method: "POST", Host: "stats.maker.test", URI: "/v1", Out: 800, In: 20, Status: 204})
		}
	}
}

// updater is a program that one machine has since yesterday, which posts what it
// is and gets told that there is nothing new.
func updater(l *dt.Logs) {
	l.DNS(dt.DNS{TS: dt.Start + 34*dt.Hour - dt.Second, Src: "10.1.2.25", Resolver: inner, Query: "update.viewer.test", Answers: []string{form}})
	for k := range int64(3) {
		l.Form(dt.Form{TS: dt.Start + 34*dt.Hour + k*dt.Day/2, Src: "10.1.2.25", Dst: form, Method: "POST", Host: "update.viewer.test", URI: "/check", Out: 400, In: 60, Status: 200})
	}
}

// mailServer hands mail to the world for the house.
func mailServer(l *dt.Logs) {
	for i, h := range dt.Hosts("10.1.2.", 20) {
		l.Conn(dt.Conn{TS: dt.Start + int64(i)*dt.Hour, Src: h, Dst: "10.1.1.25", Port: 587, Service: "ssl", Duration: dt.Second, Out: 5000, In: 900})
	}
	for i := range int64(30) {
		l.Mail(dt.Mail{TS: dt.Start + i*2*dt.Hour, Src: "10.1.1.25", Dst: fmt.Sprintf("203.0.113.%d", 100+i), Port: 25, From: "ward@clinic.test", To: fmt.Sprintf("x@partner%d.test", i), Size: 9000, File: "a.pdf"})
	}
}
