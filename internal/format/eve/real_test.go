package eve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// plain is an event as the standard library's decoder sees it, which shares no code
// with the reader.
type plain struct {
	Timestamp, EventType, Proto, Host string
	SrcIP, DestIP                     string
	SrcPort, DestPort                 int
	FlowID                            json.Number
	AppProto                          string
	Flow                              struct {
		PktsToserver, PktsToclient, BytesToserver, BytesToclient int64
		Start, End                                               string
	}
	DNS struct {
		Type, Rrname, Rrtype, Rcode string
		Answers                     []struct{ Rdata string }
	}
	HTTP struct {
		Hostname, URL, HTTPUserAgent, HTTPMethod string
		Status                                   *int
		Length                                   int64
	}
	Alert struct {
		Signature, Category, Action string
		Severity                    int
	}
}

// decode reads one line; names of fields are matched without their underscores.
func decode(t *testing.T, line []byte) (p plain) {
	t.Helper()
	var raw any
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	if err := d.Decode(&raw); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(without(raw))
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	return p
}

func without(v any) any {
	switch x := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(x))
		for k, e := range x {
			m[strings.ReplaceAll(k, "_", "")] = without(e)
		}
		return m
	case []any:
		for i := range x {
			x[i] = without(x[i])
		}
	}
	return v
}

func micros(t *testing.T, s string) event.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04:05.000000-0700", s)
	if err != nil {
		t.Fatal(err)
	}
	return event.Time(at.UnixMicro())
}

// TestReal compares every flow, look-up, request and alert of a real log, field by
// field, with what the standard library reads.
func TestReal(t *testing.T) {
	data, err := os.ReadFile(formattest.SharedData(t, "network", "suricata-eve", "eve.json"))
	if err != nil {
		t.Fatal(err)
	}
	rec := formattest.Read(t, Reader{}, data)
	if len(rec.Bads) > 0 || len(rec.Skipped) > 0 {
		t.Fatalf("bad %v, skipped %v", rec.Bads, rec.Skipped)
	}
	events := make(map[int64][]any)
	for _, r := range rec.Records {
		events[r.Offset] = append(events[r.Offset], r.Event)
	}
	clients := make(map[string]string) // of flows
	for line := range bytes.Lines(data) {
		if p := decode(t, line); p.EventType == "flow" {
			clients[p.FlowID.String()] = p.SrcIP
		}
	}
	compared := make(map[string]int)
	var sums, want [4]int64
	offset, total := int64(0), 0
	for line := range bytes.Lines(data) {
		p := decode(t, line)
		got := events[offset]
		if len(got) == 0 || len(got) != 1 && p.EventType != "tls" {
			t.Fatalf("offset %d, %s: %d records", offset, p.EventType, len(got))
		}
		a, b := describe(t, p, got[0], clients)
		if a != b {
			t.Errorf("offset %d:\n got %s\nwant %s", offset, b, a)
		}
		if c, ok := got[0].(event.Conn); ok {
			sums = [4]int64{sums[0] + c.OrigPkts, sums[1] + c.RespPkts, sums[2] + c.OrigIPBytes, sums[3] + c.RespIPBytes}
			f := p.Flow
			want = [4]int64{want[0] + f.PktsToserver, want[1] + f.PktsToclient, want[2] + f.BytesToserver, want[3] + f.BytesToclient}
			if c.OrigBytes > c.OrigIPBytes || c.RespBytes > c.RespIPBytes || c.OrigBytes < 0 || c.RespBytes < 0 || c.State == event.StateUnknown {
				t.Errorf("offset %d: payload %d of %d, %d of %d, state %v", offset, c.OrigBytes, c.OrigIPBytes, c.RespBytes, c.RespIPBytes, c.State)
			}
		}
		compared[p.EventType]++
		total++
		offset += int64(len(line))
	}
	if total != 5000 || sums != want || sums[2] == 0 {
		t.Errorf("%d events, sums %v, want %v", total, sums, want)
	}
	t.Logf("compared %v, sums of packets and bytes %v", compared, sums)
}

// describe puts what both have read of one event into words.
func describe(t *testing.T, p plain, got any, clients map[string]string) (want, have string) {
	t.Helper()
	put := func(h event.Head, rest ...any) string {
		return fmt.Sprintln(h.TS, string(h.Sensor), string(h.UID), h.Orig, h.OrigPort, h.Resp, h.RespPort) + fmt.Sprintf("%#v", rest)
	}
	ts, host, id := micros(t, p.Timestamp), p.Host, p.FlowID.String()
	tuple := func(rest ...any) string {
		return fmt.Sprintln(ts, host, id, p.SrcIP, p.SrcPort, p.DestIP, p.DestPort) + fmt.Sprintf("%#v", rest)
	}
	low := strings.ToLower(p.Proto)
	switch e := got.(type) {
	case event.Conn:
		ts = micros(t, p.Flow.Start)
		service := map[string]string{"failed": "", "tls": "ssl"}
		name, ok := service[p.AppProto]
		if !ok {
			name = p.AppProto
		}
		f := p.Flow
		return tuple("flow", low, name, int64(micros(t, f.End)-ts), f.PktsToserver, f.PktsToclient, f.BytesToserver, f.BytesToclient),
			put(e.Head, p.EventType, e.Proto.String(), string(e.Service), e.Duration, e.OrigPkts, e.RespPkts, e.OrigIPBytes, e.RespIPBytes)
	case event.DNS:
		qtype := map[string]int{"A": 1, "AAAA": 28}[p.DNS.Rrtype]
		rcode := event.Unset
		if p.DNS.Type == "answer" {
			rcode = map[string]int{"NOERROR": 0, "NXDOMAIN": 3, "SERVFAIL": 2}[p.DNS.Rcode]
		}
		answers := []string{}
		for _, a := range p.DNS.Answers {
			answers = append(answers, a.Rdata)
		}
		return tuple("dns", low, p.DNS.Rrname, qtype, rcode, strings.Join(answers, " ")),
			put(e.Head, p.EventType, e.Proto.String(), string(e.Query), e.QType, e.RCode, string(bytes.Join(e.Answers, []byte(" "))))
	case event.HTTP:
		status := event.Unset
		if p.HTTP.Status != nil {
			status = *p.HTTP.Status
		}
		return tuple("http", p.HTTP.HTTPMethod, p.HTTP.Hostname, p.HTTP.URL, p.HTTP.HTTPUserAgent, status, p.HTTP.Length),
			put(e.Head, p.EventType, string(e.Method), string(e.Host), string(e.URI), string(e.UserAgent), e.Status, e.RespLen)
	case event.Note:
		if p.EventType != "alert" {
			return tuple(p.EventType), put(e.Head, e.Log)
		}
		message := string(e.Message)
		if !strings.HasPrefix(message, p.Alert.Category+", "+p.Alert.Action+", 1:") {
			t.Errorf("alert of %s: %s", p.Alert.Category, message)
		}
		return tuple("alert", low, p.Alert.Signature, p.Alert.Severity), put(e.Head, e.Log, e.Proto.String(), string(e.Name), e.Severity)
	case event.File:
		// The source is who sent it; the flow of the same id says who is the client.
		client := clients[id]
		isOrig := event.No
		if p.SrcIP == client {
			isOrig = event.Yes
		} else {
			p.SrcIP, p.SrcPort, p.DestIP, p.DestPort = p.DestIP, p.DestPort, p.SrcIP, p.SrcPort
		}
		return tuple("fileinfo", isOrig, client), put(e.Head, p.EventType, e.IsOrig, e.Orig.String())
	case event.SSL:
		return tuple("tls"), put(e.Head, p.EventType)
	}
	t.Fatalf("%s became %T", p.EventType, got)
	return "", ""
}
