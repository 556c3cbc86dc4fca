package hunt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"barium/internal/detect"
	"barium/internal/event"
	"barium/internal/format/formattest"
	"barium/internal/format/zeek"
	"barium/internal/ledger"
	"barium/internal/report"
)

// sourceOf describes a file as an import would.
func sourceOf(t *testing.T, id uint32, path string) ledger.Source {
	t.Helper()
	files, err := Discover(t.Context(), []string{path}, nil)
	must(t, err)
	f := files[0]
	return ledger.Source{ID: id, Path: path, Reader: "zeek", Size: f.Size, ModTime: f.ModTime, Inode: f.Inode}
}

// fetchAll fetches the records at offsets of a file.
func fetchAll(t *testing.T, s ledger.Source, offsets ...int64) []report.Evidence {
	t.Helper()
	var places []detect.Place
	for _, o := range offsets {
		places = append(places, detect.Place{Source: s.ID, Offset: o})
	}
	got, err := fetch(t.Context(), append([]detect.Place{}, places...), []ledger.Source{s}, 2)
	must(t, err)
	var out []report.Evidence
	for _, p := range places {
		out = append(out, got[p])
	}
	return out
}

const jsonConn = `{"ts":1772445601.000001,"uid":"CjsonA","id.orig_h":"10.0.0.2","id.orig_p":40001,"id.resp_h":"192.0.2.1","id.resp_p":443,"proto":"tcp","conn_state":"SF","history":"a}{b\"\\"}`

// TestEvidence asserts that every record of a file is found again by its offset,
// with its line, uid and community id, in any container.
func TestEvidence(t *testing.T) {
	pretty := strings.NewReplacer(`{"ts"`, "{\n  \"ts\"", `,"uid"`, ",\n  \"uid\"", `"\\"}`, "\"\\\\\"\n}").Replace(jsonConn)
	second := strings.NewReplacer("CjsonA", "CjsonB", "40001", "40002").Replace(pretty)
	f := func(name, data string) {
		t.Helper()
		want := formattest.Read(t, zeek.Reader{}, []byte(data))
		if len(want.Records) == 0 || len(want.Bads) > 0 {
			t.Fatalf("%s: %d records, bad: %v", name, len(want.Records), want.Bads)
		}
		dir := t.TempDir()
		write(t, dir, map[string]string{"plain": data, "gz": packed(t, data), "zst": zstded(t, data)})
		for _, file := range []string{"plain", "gz", "zst"} {
			var offsets []int64
			for _, r := range want.Records {
				offsets = append(offsets, r.Offset)
			}
			for i, e := range fetchAll(t, sourceOf(t, 1, filepath.Join(dir, file)), offsets...) {
				c := want.Records[i].Event.(event.Conn)
				line := int64(strings.Count(data[:offsets[i]], "\n")) + 1
				if e.Line != line || e.UID != string(c.UID) || e.Offset != offsets[i] || e.Source != filepath.Join(dir, file) {
					t.Errorf("%s, %s: %+v, want line %d, uid %s", name, file, e, line, c.UID)
				}
				if id := communityID(c.Orig, c.Resp, c.OrigPort, c.RespPort, c.Proto); e.CommunityID != id || id == "" {
					t.Errorf("%s, %s: community id %q, want %q", name, file, e.CommunityID, id)
				}
				if !strings.HasPrefix(data[offsets[i]:], e.Raw) || e.Raw == "" || strings.HasSuffix(e.Raw, "\n") {
					t.Errorf("%s, %s: raw %q", name, file, e.Raw)
				}
				if strings.HasPrefix(e.Raw, "{") && !json.Valid([]byte(e.Raw)) {
					t.Errorf("%s, %s: raw is not JSON: %s", name, file, e.Raw)
				}
			}
		}
	}
	reordered := strings.Replace(connHead, "ts\tuid\tid.orig_h\tid.orig_p", "uid\tid.orig_p\tts\tid.orig_h", 1)
	reordered = strings.Replace(reordered, "#types\ttime\tstring\taddr\tport", "#types\tstring\tport\ttime\taddr", 1)
	f("TSV", connHead+connRows(500)+"#close\t2026-03-02-11-00-00\n")
	f("CRLF", strings.ReplaceAll(connHead+connRows(5), "\n", "\r\n"))
	f("no line feed at the end", connHead+strings.TrimSuffix(connRows(5), "\n"))
	f("several headers, other columns", connHead+connRows(3)+"#close\tx\n"+reordered+"Cother\t40009\t1772445700.5\t10.0.0.9\t192.0.2.1\t443\ttcp\tssl\t1.5\t100\t200\tSF\tShADadFf\n")
	f("JSON lines", jsonConn+"\n"+strings.ReplaceAll(jsonConn, "CjsonA", "CjsonC")+"\n")
	f("JSON over many lines", pretty+"\n"+second+"\n")
	f("JSON array on one line", "["+jsonConn+","+strings.ReplaceAll(jsonConn, "CjsonA", "CjsonC")+"]\n")
	f("JSON array over many lines", "[\n"+pretty+",\n"+second+"\n]\n")
	f("JSON array, last and first on one line", "["+pretty+", "+second+"]")
}

// TestEvidenceOfMany asserts that fetching from several sources at once gives what
// fetching from each alone gives.
func TestEvidenceOfMany(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{}
	for i := range 9 {
		files[fmt.Sprint(i)] = packed(t, connHead+connRows(20*(i+1)))
	}
	write(t, dir, files)
	var sources []ledger.Source
	var places []detect.Place
	want := map[detect.Place]report.Evidence{}
	for i := range 9 {
		s := sourceOf(t, uint32(i+1), filepath.Join(dir, fmt.Sprint(i)))
		sources = append(sources, s)
		for _, r := range formattest.Read(t, zeek.Reader{}, []byte(connHead+connRows(20*(i+1)))).Records {
			p := detect.Place{Source: s.ID, Offset: r.Offset}
			places = append(places, p)
			want[p] = fetchAll(t, s, r.Offset)[0]
		}
	}
	for _, workers := range []int{1, 3, 20} {
		got, err := fetch(t.Context(), slices.Clone(places), sources, workers)
		must(t, err)
		if d := cmp.Diff(want, got); d != "" || len(want) != 20*45 {
			t.Errorf("%d workers, %d places: %s", workers, len(want), d)
		}
	}
}

// TestEvidenceGone asserts that what cannot be fetched any more says so, and
// that lines of another file are never shown as evidence.
func TestEvidenceGone(t *testing.T) {
	at := int64(len(connHead))
	f := func(name string, want string, change func(path string)) {
		t.Helper()
		dir := t.TempDir()
		path := filepath.Join(dir, "conn.log")
		write(t, dir, map[string]string{"conn.log": connHead + connRows(10)})
		old := time.Now().Add(-time.Hour)
		must(t, os.Chtimes(path, old, old))
		s := sourceOf(t, 1, path)
		change(path)
		for _, e := range fetchAll(t, s, at, at+int64(len(connRow(0)))) {
			if !strings.Contains(e.Raw, want) || e.Source != path {
				t.Errorf("%s: %+v, want %q", name, e, want)
			}
			if e.Raw[0] == '(' && (e.UID != "" || e.CommunityID != "") {
				t.Errorf("%s: %+v", name, e)
			}
		}
	}
	f("unchanged", "Cuid", func(string) {})
	f("removed", "(the source cannot be read any more: no such file or folder)", func(path string) { must(t, os.Remove(path)) })
	f("shorter", "(the source is another one now than when it was read)", func(path string) { must(t, os.Truncate(path, at)) })
	f("cut to nothing", "(the source is another one now than when it was read)", func(path string) { must(t, os.Truncate(path, 0)) })
	f("another file of the same size", "(the source is another one now than when it was read)", func(path string) {
		must(t, os.Remove(path))
		must(t, os.WriteFile(path, []byte(connHead+strings.ReplaceAll(connRows(10), "Cuid", "Xuid")), 0o600))
	})
	f("grown", "Cuid", func(path string) {
		file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		must(t, err)
		_, err = file.WriteString(connRow(77))
		must(t, err)
		must(t, file.Close())
	})

	// An offset that is not there, and damage on the way to it.
	dir := t.TempDir()
	gz := packed(t, connHead+connRows(1000))
	write(t, dir, map[string]string{"x.gz": gz[:len(gz)/2], "y.log": connHead})
	e := fetchAll(t, sourceOf(t, 1, filepath.Join(dir, "x.gz")), at, int64(len(connHead)+len(connRows(999))))
	if !strings.Contains(e[0].Raw, "Cuid0") || !strings.HasPrefix(e[1].Raw, "(the source is damaged") {
		t.Errorf("%+v", e)
	}
	for _, offset := range []int64{at, at + 1, 1 << 40} {
		if e := fetchAll(t, sourceOf(t, 1, filepath.Join(dir, "y.log")), offset); !strings.HasPrefix(e[0].Raw, "(the source is damaged") {
			t.Errorf("offset %d of %d: %+v", offset, at, e)
		}
	}
	got, err := fetch(t.Context(), []detect.Place{{Source: 9}}, nil, 2)
	if err != nil || len(got) != 0 {
		t.Errorf("unknown source: %v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := fetch(ctx, []detect.Place{{Source: 1, Offset: at}}, []ledger.Source{sourceOf(t, 1, filepath.Join(dir, "y.log"))}, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestIdentify asserts what is known of records of every kind.
func TestIdentify(t *testing.T) {
	f := func(record, uid string, community bool) {
		t.Helper()
		gotUID, gotID := identify(zeek.Reader{}, asRecord([]byte(record), nil))
		if gotUID != uid || (gotID != "") != community {
			t.Errorf("%s: %q, %q", record, gotUID, gotID)
		}
	}
	ids := `"id.orig_h":"10.0.0.1","id.orig_p":40000,"id.resp_h":"192.0.2.1","id.resp_p":80`
	for _, path := range []string{"conn", "dns", "http", "ssl", "smb_files", "ftp"} {
		f(`{"_path":"`+path+`","ts":1.5,"uid":"Cx","proto":"udp",`+ids+`}`, "Cx", true)
	}
	f(`{"_path":"x509","ts":1.5,"id":"F1"}`, "", false)
	f(`{"_path":"capture_loss","ts":1.5,"peer":"zeek"}`, "", false)
	f(`{"_path":"files","ts":1.5,"fuid":"F1","uid":"Cx",`+ids+`}`, "Cx", true)
	f(`{"_path":"conn","ts":1.5,"uid":"Cx","proto":"sctp",`+ids+`}`, "Cx", false)
	f("not a record", "", false)
	if uid, id := identify(nil, asRecord([]byte("{}"), nil)); uid != "" || id != "" {
		t.Error(uid, id)
	}
}

func TestEvidenceFor(t *testing.T) {
	a, b := detect.Place{Source: 1, Offset: 5}, detect.Place{Source: 1, Offset: 9}
	f := detect.Finding{Places: []detect.Place{b, a, {Source: 2}}}
	got := evidenceFor(&f, map[detect.Place]report.Evidence{a: {Line: 1}, b: {Line: 2}})
	if d := cmp.Diff([]report.Evidence{{Line: 2}, {Line: 1}}, got); d != "" {
		t.Error(d)
	}
}

// TestCommunityID compares with the vectors that the specification's own
// implementations are tested with.
func TestCommunityID(t *testing.T) {
	f := func(orig, resp string, origPort, respPort uint16, p event.Proto, want string) {
		t.Helper()
		a, b := address(orig), address(resp)
		if got := communityID(a, b, origPort, respPort, p); got != want {
			t.Errorf("%s %d %s %d %s: %q, want %q", orig, origPort, resp, respPort, p, got, want)
		}
		if p == event.ProtoTCP || p == event.ProtoUDP {
			if got := communityID(b, a, respPort, origPort, p); got != want {
				t.Errorf("%s %d %s %d %s, turned round: %q, want %q", orig, origPort, resp, respPort, p, got, want)
			}
		}
	}
	f("128.232.110.120", "66.35.250.204", 34855, 80, event.ProtoTCP, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=")
	f("192.168.1.52", "8.8.8.8", 54585, 53, event.ProtoUDP, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=")
	f("2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 63943, 25, event.ProtoTCP, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=")
	f("1.2.3.4", "5.6.7.8", 1122, 3344, event.ProtoTCP, "1:wCb3OG7yAFWelaUydu0D+125CLM=")
	f("1.2.3.4", "5.6.7.8", 1122, 3344, event.ProtoUDP, "1:0Mu9InQx6z4ZiCZM/7HXi2WMhOg=")
	f("192.168.0.89", "192.168.0.1", 8, 0, event.ProtoICMP, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=")
	f("192.168.0.1", "192.168.0.89", 0, 8, event.ProtoICMP, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=")
	f("192.168.0.89", "192.168.0.1", 20, 0, event.ProtoICMP, "1:3o2RFccXzUgjl7zDpqmY7yJi8rI=")
	f("192.168.0.89", "192.168.0.1", 20, 1, event.ProtoICMP, "1:tz/fHIDUHs19NkixVVoOZywde+I=")
	f("192.168.0.1", "192.168.0.89", 0, 20, event.ProtoICMP, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=")
	f("fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 0, event.ProtoICMP, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=")
	f("fe80::260:97ff:fe07:69ea", "ff02::1", 134, 0, event.ProtoICMP, "1:pkvHqCL88/tg1k4cPigmZXUtL00=")
	f("fe80::200:86ff:fe05:80da", "ff02::2", 133, 0, event.ProtoICMP, "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=")
	f("1.2.3.4", "5.6.7.8", 1, 2, event.ProtoUnknown, "")
	// Question and answer are one flow.
	for _, pair := range [][2]uint16{{128, 129}, {130, 131}, {139, 140}, {144, 145}} {
		a, b := address("2001:db8::1"), address("2001:db8::2")
		if x, y := communityID(a, b, pair[0], 0, event.ProtoICMP), communityID(b, a, pair[1], 0, event.ProtoICMP); x != y {
			t.Errorf("ICMPv6 %v: %s, %s", pair, x, y)
		}
	}
}

func address(s string) event.Addr { return event.AddrFrom(netip.MustParseAddr(s)) }
