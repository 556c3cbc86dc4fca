package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// cellsOf splits data into rows as the reader does.
func cellsOf(data []byte) (rows [][]string, ok bool) {
	s := splitter{comma: ',', quotes: true}
	r := reading{m: &Mapping{comma: ','}}
	r.in.reset(bytes.NewReader(data))
	for {
		end, _ := r.in.lineEnd(0)
		if end == 0 {
			return rows, true
		}
		if end = r.extent(end); end < 0 {
			return rows, false
		}
		if b := trimLine(r.in.rest()[:end]); len(b) > 0 {
			var row []string
			if _, why := s.each(b, func(_ int, cell []byte) { row = append(row, string(cell)) }); why != "" {
				return rows, false
			}
			rows = append(rows, row)
		}
		r.in.pass(end)
	}
}

// checkCSV compares with encoding/csv, which turns CRLF inside quotes into LF.
func checkCSV(t interface{ Fatalf(string, ...any) }, data []byte) {
	if bytes.Count(data, []byte{'\n'}) > maxLines {
		return
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	var want [][]string
	ok := true
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			ok = false
			break
		}
		want = append(want, row)
	}
	got, gotOK := cellsOf(data)
	for _, row := range got {
		for i := range row {
			row[i] = strings.ReplaceAll(row[i], "\r\n", "\n")
		}
	}
	if ok != gotOK || ok && !slices.EqualFunc(want, got, slices.Equal) {
		t.Fatalf("%q: encoding/csv %t %q, here %t %q", data, ok, want, gotOK, got)
	}
}

// TestCSVSame compares the splitter with the standard library's on random input.
func TestCSVSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b c", ",", ",", "\n", "\r\n", `"`, `""`, `"x"`, `"x,y"`, "\"x\ny\"", "é", "\t", ";"}), 0, 20).Draw(t, "parts")
		checkCSV(t, []byte(strings.Join(parts, "")))
	})
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"a\"\"b\",c\r\n", "\"a\nb\",c\n", "a\"b,c\n", "\"a\"b\n", "\"", ",,\n,\n", "a\r\nb", "\r\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) <= mostFuzzed {
			checkCSV(t, data)
		}
	})
}
