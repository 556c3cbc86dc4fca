package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
)

// other measures the sets of formats other than Zeek's on little: bench itself
// fails when a step counts other records, connections or bytes than were made.
func other(t *testing.T) []result {
	t.Helper()
	o := options{rows: 1, records: 4001, seed: 1, runs: 2, threads: 2, memory: 1024, dir: t.TempDir(), json: true, sets: "pcap,eve,netflow,nfcapd"}
	var out, progress bytes.Buffer
	if err := run(t.Context(), o, &out, &progress); err != nil {
		t.Fatal(err)
	}
	var all struct {
		Sets []result `json:"sets"`
	}
	if err := json.Unmarshal(out.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Sets) != 4 {
		t.Fatalf("%d sets", len(all.Sets))
	}
	for _, r := range all.Sets {
		for _, m := range r.Steps {
			if len(m.Seconds) != 2 || m.Median <= 0 || m.RowsASecond <= 0 || m.BytesASecond <= 0 {
				t.Errorf("%s: %+v", r.Set, m)
			}
		}
		if len(r.Steps) > 0 && (r.Rows < 4000 || r.Bytes == 0) {
			t.Errorf("%s: %d %s, %d bytes", r.Set, r.Rows, r.Unit, r.Bytes)
		}
		if r.Contents != (contents{}) {
			t.Errorf("%s: a ledger %+v", r.Set, r.Contents)
		}
	}
	return all.Sets
}

func names(r result) (out []string) {
	for _, m := range r.Steps {
		out = append(out, m.Step)
	}
	return out
}

// TestOther runs what the machine has the programs for.
func TestOther(t *testing.T) {
	for i, r := range other(t) {
		x := sets[len(sets)-4+i]
		if r.Set != x.name || r.Unit != x.unit {
			t.Errorf("set %s, %s; want %s, %s", r.Set, r.Unit, x.name, x.unit)
		}
		if len(r.Steps) > 0 && len(r.Steps)+len(r.Skipped) != len(x.steps) {
			t.Errorf("%s: steps %v, skipped %q", r.Set, names(r), r.Skipped)
		}
		if len(r.Skipped) == 0 && r.Steps[0].Ratio != 1 {
			t.Errorf("%s: %+v", r.Set, r.Steps[0])
		}
	}
}

// TestSkipped runs where no other program is installed: barium's own figures are
// there all the same.
func TestSkipped(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	all := other(t)
	f := func(i int, steps, skipped []string) {
		t.Helper()
		r := all[i]
		if !slices.Equal(names(r), steps) || !slices.Equal(r.Skipped, skipped) {
			t.Errorf("%s: steps %q, skipped %q", r.Set, names(r), r.Skipped)
		}
		var text strings.Builder
		if err := r.print(&text); err != nil {
			t.Fatal(err)
		}
		for _, want := range skipped {
			if !strings.Contains(text.String(), "Skipped:  "+want) {
				t.Errorf("%q is not in:\n%s", want, text.String())
			}
		}
		if strings.Contains(text.String(), "NaN") || strings.Contains(text.String(), "Ledger:") {
			t.Errorf("a figure that is none:\n%s", text.String())
		}
	}
	f(0, []string{"capture"}, []string{"tshark: tshark is not installed: apt-get install tshark"})
	f(1, []string{"events", "spread"}, []string{"jq: jq is not installed: apt-get install jq"})
	f(2, []string{"decoder", "joined"}, nil)
	f(3, nil, []string{"nfpcapd is not installed: apt-get install nfdump"})
	if all[0].Steps[0].Ratio != 0 {
		t.Errorf("a ratio to nothing: %+v", all[0].Steps[0])
	}
}

// TestSeed checks that the same seed makes the same logs, and another one others.
func TestSeed(t *testing.T) {
	f := func(name string, write func(context.Context, io.Writer, uint64, int) (outcome, error)) {
		t.Helper()
		made := func(seed uint64) []byte {
			var b bytes.Buffer
			o, err := write(t.Context(), &b, seed, 3000)
			if err != nil || o.Records < 3000 || o.Events == 0 {
				t.Fatal(name, o, err)
			}
			return b.Bytes()
		}
		one := made(1)
		if !bytes.Equal(one, made(1)) {
			t.Errorf("%s: the same seed, other bytes", name)
		}
		if bytes.Equal(one, made(2)) {
			t.Errorf("%s: another seed, the same bytes", name)
		}
	}
	f("pcap", writeCapture)
	f("eve", writeEVE)
	f("netflow", writeFlows)
}

func TestAlike(t *testing.T) {
	made := outcome{Records: 9, Events: 10, Groups: 4, BytesOrig: 100, BytesResp: 200}
	f := func(want string, o outcome) {
		t.Helper()
		err := alike(made, map[string]outcome{"jq": o})
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	f("", made)
	f("", outcome{Groups: 4})
	f("", outcome{Events: 10})
	f("jq counts nothing", outcome{BytesOrig: 100})
	f("jq counts 9 records of 10", outcome{Events: 9})
	f("jq counts 5 connections of 4", outcome{Events: 10, Groups: 5})
	f("jq counts 99 bytes of originators of 100", outcome{Events: 10, BytesOrig: 99})
	f("jq counts 1 bytes of responders of 200", outcome{Events: 10, BytesResp: 1})
}
