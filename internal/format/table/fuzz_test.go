package table

import (
	"bytes"
	"io"
	"slices"
	"testing"
)

// mostFuzzed is how long an input is that is looked at: longer ones say nothing new.
const mostFuzzed = 64 << 10

// fuzzed are the mappings that read what the fuzzer makes up: an input is read by
// one of them, so that many are tried.
func fuzzed(f *testing.F) []*Mapping {
	f.Helper()
	out := slices.Clone(Shipped())
	for _, more := range []string{
		"",
		"quote: none\n",
		"quote: line\ncomment: \"#\"\n",
		"separator: spaces\n",
		"header: false\ncolumns: [t, a, b, c]\nshort_rows: true\n",
		"format: json\ninside: c\n",
		"format: json\nbelow: _source\n",
		"format: json\nexpand: r[].x[]\ncolumns: [t, a, b]\n",
		"format: json\nexpand: r[].x[]\n",
	} {
		out = append(out, parsed(f, small+more))
	}
	return out
}

func FuzzRead(f *testing.F) {
	mappings := fuzzed(f)
	for i, m := range mappings {
		for _, s := range samples() {
			if s.Name == m.Name() {
				f.Add(byte(i), uint16(1), s.Data)
			}
		}
		for _, s := range []string{
			"t,a,b\n1,\"10.0.0.5\",\"10\n0\"\n",
			"t a  b\n1 10.0.0.5  10.0.0.6\n",
			`{"t":1,"a":"10.0.0.5","b":["10.0.0.6"],"c":"{\"t\":2}"}`,
			`{"r":[{"x":["1,10.0.0.5,10.0.0.6",{"t":1}]}]}`,
		} {
			f.Add(byte(i), uint16(len(s)/2), []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, which byte, cut uint16, data []byte) {
		if len(data) > mostFuzzed {
			return
		}
		n := min(int(cut), len(data))
		src := io.MultiReader(bytes.NewReader(data[:n]), bytes.NewReader(data[n:]))
		checkSame(t, By(mappings[int(which)%len(mappings)]), data, src)
	})
}

// FuzzSniff asserts that what is recognised is read by what recognised it.
func FuzzSniff(f *testing.F) {
	for _, s := range samples() {
		f.Add(s.Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > mostFuzzed {
			return
		}
		said := Reader{}.Sniff(data, "")
		r, ok := Reader{}.Choose(data)
		if ok != (said.Why == "") {
			t.Fatalf("%t, and sniffed %+v", ok, said)
		}
		if ok {
			checkSame(t, r, data, bytes.NewReader(data))
			r.Cut(data)
		}
	})
}
