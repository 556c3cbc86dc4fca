package generate

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// memory keeps the files of one run.
type memory map[string]*bytes.Buffer

type closer struct{ io.Writer }

func (closer) Close() error { return nil }

func (m memory) create(name string) (io.WriteCloser, error) {
	m[name] = &bytes.Buffer{}
	return closer{m[name]}, nil
}

func generate(t *testing.T, o Options) (memory, Truth) {
	t.Helper()
	m := memory{}
	truth, err := Hospital(o, m.create)
	if err != nil {
		t.Fatal(err)
	}
	return m, truth
}

// rows parses a TSV log, one map a row, without the unset columns. With about,
// it returns only rows that hold one of these strings.
func rows(t *testing.T, log string, about ...string) []map[string]string {
	t.Helper()
	var fields []string
	var out []map[string]string
	for line := range strings.Lines(log) {
		if strings.HasPrefix(line, "#fields\t") {
			fields = strings.Split(strings.TrimSpace(line), "\t")[1:]
		}
		holds := func(s string) bool { return strings.Contains(line, s) }
		if line[0] == '#' || len(about) > 0 && !slices.ContainsFunc(about, holds) {
			continue
		}
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(columns) != len(fields) {
			t.Fatalf("%d columns, want %d: %s", len(columns), len(fields), line)
		}
		row := map[string]string{}
		for i, v := range columns {
			if v != "-" {
				row[fields[i]] = v
			}
		}
		out = append(out, row)
	}
	return out
}

func number(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSameSeedSameBytes(t *testing.T) {
	o := Options{Seed: 7, Hosts: 30, Days: 4, Theft: true}
	a, _ := generate(t, o)
	b, _ := generate(t, o)
	o.Seed = 8
	c, _ := generate(t, o)
	for name := range a {
		if !bytes.Equal(a[name].Bytes(), b[name].Bytes()) {
			t.Errorf("%s differs for the same seed", name)
		}
		if name != "capture_loss.log" && bytes.Equal(a[name].Bytes(), c[name].Bytes()) {
			t.Errorf("%s is the same for another seed", name)
		}
	}
}

// The innocent rows must be the same, in the same order, with and without a
// theft; what comes on top is the theft's alone.
func TestTheftLeavesInnocentTrafficAlone(t *testing.T) {
	for _, json := range []bool{false, true} {
		for seed := range uint64(4) {
			o := Options{Seed: seed, Hosts: 12, Days: 5, JSON: json}
			quiet, _ := generate(t, o)
			o.Theft = true
			robbed, truth := generate(t, o)
			added := map[string]int{}
			for name, log := range quiet {
				if name == "README.txt" {
					continue
				}
				want := slices.Collect(strings.Lines(log.String()))
				for line := range strings.Lines(robbed[name].String()) {
					if len(want) > 0 && line == want[0] {
						want = want[1:]
					} else {
						added[name]++
					}
				}
				if len(want) > 0 {
					t.Fatalf("seed %d: %s misses %q", seed, name, want[0])
				}
			}
			for _, name := range []string{"conn.log", "ssl.log", "x509.log", "smb_files.log", "files.log"} {
				if added[name] == 0 {
					t.Errorf("seed %d: the theft added nothing to %s", seed, name)
				}
			}
			if strings.Contains(quiet["conn.log"].String(), "\t"+truth.Theft.Destination+"\t") {
				t.Errorf("seed %d: others talk to %s", seed, truth.Theft.Destination)
			}
		}
	}
}

// acceptedBytes reads back from the logs what the receiver accepted.
func acceptedBytes(t *testing.T, m memory, theft *Theft) (sum int64, files []string) {
	t.Helper()
	if theft.Method == MethodPut {
		for _, row := range rows(t, m["http.log"].String(), theft.Destination) {
			if row["id.resp_h"] == theft.Destination && row["status_code"] == "201" {
				sum += number(t, row["request_body_len"])
				files = append(files, row["uri"][strings.LastIndexByte(row["uri"], '/')+1:])
			}
		}
		return sum, files
	}
	sizes := map[string]string{}
	for _, row := range rows(t, m["files.log"].String(), theft.Destination) {
		sizes[row["fuid"]] = row["seen_bytes"]
	}
	for _, row := range rows(t, m["ftp.log"].String(), theft.Destination) {
		if row["id.resp_h"] == theft.Destination && row["command"] == "STOR" && row["reply_code"] == "226" {
			sum += number(t, sizes[row["fuid"]])
			files = append(files, row["arg"][strings.LastIndexByte(row["arg"], '/')+1:])
		}
	}
	return sum, files
}

func TestTruthIsInTheLogs(t *testing.T) {
	methods := map[string]int{}
	for seed := range uint64(16) {
		m, truth := generate(t, Options{Seed: seed + 1, Hosts: 10, Theft: true})
		theft := truth.Theft
		methods[theft.Method]++
		sum, files := acceptedBytes(t, m, theft)
		if sum != theft.Bytes || !slices.Equal(files, theft.Files) {
			t.Errorf("seed %d: %s: read back %d bytes in %d files, truth says %d in %d",
				seed+1, theft.Method, sum, len(files), theft.Bytes, len(theft.Files))
		}
		if sum < minStolen || sum > maxStolen || len(files) < 5 || len(files) > 40 {
			t.Errorf("seed %d: %d bytes in %d files", seed+1, sum, len(files))
		}
		if !theft.C2First.Before(theft.First) || !theft.First.Before(theft.Last) {
			t.Errorf("seed %d: out of order: %v %v %v", seed+1, theft.C2First, theft.First, theft.Last)
		}
		if !strings.Contains(m["README.txt"].String(), theft.Destination) {
			t.Errorf("seed %d: README.txt does not tell", seed+1)
		}
		checkTheft(t, m, theft)
	}
	if methods[MethodPut] < 7 || methods[MethodStor] < 2 {
		t.Errorf("methods are not varied: %v", methods)
	}
}

// checkTheft verifies that the command channel signed its own certificate and
// that nobody else uses the thief's addresses.
func checkTheft(t *testing.T, m memory, theft *Theft) {
	t.Helper()
	names := map[string]string{}
	for _, row := range rows(t, m["dhcp.log"].String()) {
		names[row["assigned_addr"]] += row["host_name"] + " "
	}
	beats := 0
	for _, row := range rows(t, m["conn.log"].String(), theft.C2, theft.Destination) {
		switch row["id.resp_h"] {
		case theft.C2:
			beats++
			fallthrough
		case theft.Destination:
			if !strings.Contains(names[row["id.orig_h"]], theft.HostName+" ") {
				t.Fatalf("%s talks to %s", row["id.orig_h"], row["id.resp_h"])
			}
		}
	}
	if beats < 60 {
		t.Errorf("only %d beats", beats)
	}
	certs := map[string]bool{}
	for _, row := range rows(t, m["x509.log"].String()) {
		certs[row["fingerprint"]] = row["certificate.subject"] == row["certificate.issuer"]
	}
	for _, row := range rows(t, m["ssl.log"].String(), theft.C2) {
		if row["id.resp_h"] == theft.C2 && !certs[row["cert_chain_fps"]] {
			t.Fatalf("certificate %s is not self-signed", row["cert_chain_fps"])
		}
	}
}

func TestLogsAreConsistent(t *testing.T) {
	m, truth := generate(t, Options{Seed: 3, Hosts: 24, Theft: true})
	start, end := "1772409600.000000", "1773018000.000000" // an hour after the week
	checkLogs(t, m, truth.Records, start, end)
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if name == "README.txt" {
			continue
		}
		previous := start
		for _, row := range rows(t, m[name].String()) {
			if row["ts"] < previous {
				t.Fatalf("%s: %s after %s", name, row["ts"], previous)
			}
			previous = row["ts"]
		}
	}
}

// checkLogs verifies that all rows are between start and end and that the logs
// agree with each other.
func checkLogs(t *testing.T, m memory, records map[string]int64, start, end string) {
	t.Helper()
	conns := map[string]map[string]string{}
	for _, row := range rows(t, m["conn.log"].String()) {
		if conns[row["uid"]] != nil {
			t.Fatalf("uid %s twice", row["uid"])
		}
		conns[row["uid"]] = row
		checkConn(t, row)
	}
	certs, fuids := map[string]bool{}, map[string]bool{}
	for _, row := range rows(t, m["x509.log"].String()) {
		certs[row["fingerprint"]] = true
	}
	for _, row := range rows(t, m["files.log"].String()) {
		fuids[row["fuid"]] = true
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if name == "README.txt" {
			continue
		}
		all := rows(t, m[name].String())
		if want := records[strings.TrimSuffix(name, ".log")]; int64(len(all)) != want {
			t.Errorf("%s: %d rows, truth says %d", name, len(all), want)
		}
		for _, row := range all {
			if row["ts"] < start || row["ts"] > end {
				t.Fatalf("%s: %s is not in the time", name, row["ts"])
			}
			if uid := row["uid"]; uid != "" {
				c := conns[uid]
				if c == nil || c["id.orig_h"] != row["id.orig_h"] || c["id.resp_h"] != row["id.resp_h"] || c["id.orig_p"] != row["id.orig_p"] {
					t.Fatalf("%s: %v has no such connection: %v", name, row, c)
				}
			}
			for _, key := range []string{"orig_fuids", "resp_fuids", "fuid"} {
				if id := row[key]; id != "" && !fuids[id] {
					t.Fatalf("%s: no file %s", name, id)
				}
			}
			for fp := range strings.SplitSeq(row["cert_chain_fps"], ",") {
				if fp != "" && !certs[fp] {
					t.Fatalf("%s: no certificate %s", name, fp)
				}
			}
		}
	}
}

// checkConn verifies that packets, headers, history and bytes agree.
func checkConn(t *testing.T, row map[string]string) {
	t.Helper()
	for _, side := range []string{"orig", "resp"} {
		packets, ipBytes := number(t, row[side+"_pkts"]), number(t, row[side+"_ip_bytes"])
		payload := int64(0)
		if v := row[side+"_bytes"]; v != "" {
			payload = number(t, v)
		}
		if ipBytes < payload+20*packets || payload > packets*1500 {
			t.Fatalf("%s: %d packets, %d bytes, %d with headers: %v", side, packets, payload, ipBytes, row)
		}
	}
	switch history := row["history"]; row["conn_state"] {
	case "SF":
		if row["proto"] == "tcp" && !(strings.ContainsAny(history, "F") && strings.ContainsAny(history, "f")) {
			t.Fatalf("closed without both ends: %v", row)
		}
	case "S0":
		if row["resp_pkts"] != "0" || strings.ToUpper(history) != history {
			t.Fatalf("an answer where there is none: %v", row)
		}
	}
	if row["proto"] == "tcp" && row["orig_bytes"] != "" && row["orig_bytes"] != "0" && !strings.Contains(row["history"], "D") {
		t.Fatalf("bytes without data in the history: %v", row)
	}
}

func TestDemonstrationSize(t *testing.T) {
	for seed := range uint64(2) {
		m, truth := generate(t, Options{Seed: seed, Theft: true})
		total := 0
		for _, log := range m {
			total += log.Len()
		}
		if n := truth.Records["conn"]; total > 80e6 || n < 150_000 || n > 300_000 {
			t.Errorf("seed %d: %d bytes, %d connections", seed, total, n)
		}
	}
}

func TestJSONHoldsTheSameRows(t *testing.T) {
	o := Options{Seed: 5, Hosts: 12, Days: 3, Theft: true}
	tsv, _ := generate(t, o)
	o.JSON = true
	lines, _ := generate(t, o)
	for name := range tsv {
		if name == "README.txt" {
			continue
		}
		want := rows(t, tsv[name].String())
		i := 0
		for line := range strings.Lines(lines[name].String()) {
			var row map[string]any
			d := json.NewDecoder(strings.NewReader(line))
			d.UseNumber()
			if err := d.Decode(&row); err != nil {
				t.Fatalf("%s: %v: %s", name, err, line)
			}
			if len(row) != len(want[i]) || row["ts"].(json.Number).String() != want[i]["ts"] {
				t.Fatalf("%s: row %d is %v, want %v", name, i, row, want[i])
			}
			i++
		}
		if i != len(want) {
			t.Errorf("%s: %d rows, want %d", name, i, len(want))
		}
	}
}

func TestOptionsRefused(t *testing.T) {
	for _, o := range []Options{
		{Hosts: 3}, {Hosts: 5000}, {Days: -1}, {Days: 61}, {Days: 2, Theft: true}, {Start: time.Unix(0, 0)},
	} {
		if _, err := Hospital(o, memory{}.create); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}

func TestOtherShapes(t *testing.T) {
	for _, o := range []Options{
		{Hosts: 10, Days: 1},
		{Hosts: 10, Days: 3, Theft: true},
		{Hosts: 200, Days: 2},
		{Seed: 1 << 63, Start: time.Date(2027, 7, 10, 13, 5, 0, 0, time.UTC), Days: 9, Theft: true},
	} {
		m, truth := generate(t, o)
		if truth.Records["conn"] == 0 || m["README.txt"] == nil {
			t.Errorf("%+v: nothing written", o)
		}
	}
}
