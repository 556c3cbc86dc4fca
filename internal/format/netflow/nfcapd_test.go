package netflow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
	"barium/internal/format"
	"barium/internal/format/formattest"
)

func needNfdump(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("nfdump"); err != nil {
		t.Skip("nfdump is not installed")
	}
}

// sum is what one protocol adds up to.
type sum struct{ flows, pkts, bytes int64 }

// oracle asks nfdump itself, in another form than the reader does.
func oracle(t *testing.T, path string) map[string]sum {
	t.Helper()
	out, err := exec.Command("nfdump", "-q", "-N", "-r", path, "-o", "csv").Output()
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]sum{}
	for l := range strings.Lines(string(out)) {
		c := strings.Split(l, ",")
		if len(c) < 15 || c[0] == "ts" {
			continue
		}
		s := sums[c[7]]
		pkts, err1 := strconv.ParseInt(c[11], 10, 64)
		bytes, err2 := strconv.ParseInt(c[12], 10, 64)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		sums[c[7]] = sum{s.flows + 1, s.pkts + pkts, s.bytes + bytes}
	}
	return sums
}

// TestNfcapdReal compares a real file with what nfdump itself says of it.
func TestNfcapdReal(t *testing.T) {
	path := formattest.SharedData(t, "network", "nfdump", "test1-malicious.nfdump")
	needNfdump(t)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := (Nfcapd{}).Sniff(data[:4096], "x"); got.Confidence != format.Certain || got.Type != "nfcapd flows (format 1)" {
		t.Error(got)
	}
	rec := formattest.Read(t, Nfcapd{}, data)
	if len(rec.Bads)+len(rec.Warnings)+len(rec.Skipped) > 0 {
		t.Error(lines(rec)[len(rec.Records):])
	}
	got := map[string]sum{}
	last := int64(-1)
	for _, r := range rec.Records {
		c, ok := r.Event.(event.Conn)
		if !ok {
			t.Fatal(r.Text)
		}
		if c.Offset <= last {
			t.Fatalf("offset %d after %d", c.Offset, last)
		}
		last = c.Offset
		name := strings.ToUpper(c.Proto.String())
		s := got[name]
		for _, d := range [][2]int64{{c.OrigPkts, c.OrigIPBytes}, {c.RespPkts, c.RespIPBytes}} {
			if d[0] >= 0 {
				s.flows, s.pkts, s.bytes = s.flows+1, s.pkts+d[0], s.bytes+d[1]
			}
		}
		got[name] = s
	}
	if d := cmp.Diff(oracle(t, path), got, cmp.AllowUnexported(sum{})); d != "" {
		t.Errorf("nfdump and the reader:\n%s", d)
	}
	total := sum{}
	for _, s := range got {
		total = sum{total.flows + s.flows, total.pkts + s.pkts, total.bytes + s.bytes}
	}
	if want := (sum{4593, 4652, 241025}); total != want {
		t.Errorf("%+v, want %+v", total, want)
	}
	t.Logf("%d flows in %d connections", total.flows, len(rec.Records))
	if len(rec.Records) > 0 {
		first := line(&rec.Records[0])
		if !strings.Contains(first, "147.32.80.119:52324 > 147.32.82.62:902 tcp +0 REJ out 20/60/1 in 0/40/1 [147.32.82.62]") {
			t.Error(first)
		}
	}
	slow := formattest.Recorder{Scribble: true}
	if err := (Nfcapd{}).Read(t.Context(), iotest.HalfReader(bytes.NewReader(data)), &slow); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(rec.Texts(), slow.Texts()); d != "" {
		t.Error("in halves, with slices overwritten: other records")
	}
}

func TestNfcapdSniff(t *testing.T) {
	f := func(head, want string) {
		t.Helper()
		got := Nfcapd{}.Sniff([]byte(head), "nfcapd.202603021000")
		if got.Type+got.Why != want || (got.Type != "") != (got.Confidence == format.Certain) {
			t.Errorf("%+v, want %s", got, want)
		}
	}
	f("\x0c\xa5\x01\x00 and more", "nfcapd flows (format 1)")
	f("\x0c\xa5\x02\x00", "nfcapd flows (format 2)")
	f("\xa5\x0c\x00\x01", "nfcapd flows (format 1)")
	f("\x0c\xa5\x03\x00", "it is a file of nfcapd of another format than 1 or 2")
	f("\x0c\xa5\x01", "it does not begin as the files of nfcapd do")
	f("", "it does not begin as the files of nfcapd do")
	f("text", "it does not begin as the files of nfcapd do")
}

// TestNfcapdDamaged gives nfdump files that it cannot read whole.
func TestNfcapdDamaged(t *testing.T) {
	needNfdump(t)
	f := func(name string, data []byte) {
		t.Helper()
		var rec formattest.Recorder
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := Nfcapd{}.Read(ctx, bytes.NewReader(data), &rec)
		if err == nil && len(rec.Warnings) == 0 && len(rec.Records) == 0 {
			t.Errorf("%s: neither an error nor a warning nor a record", name)
		}
		if err != nil && len(err.Error()) > 1000 {
			t.Errorf("%s: an error of %d bytes", name, len(err.Error()))
		}
	}
	f("only the magic", []byte("\x0c\xa5\x01\x00"))
	f("ones", append([]byte("\x0c\xa5\x02\x00"), bytes.Repeat([]byte{0xff}, 1<<16)...))
	whole, err := os.ReadFile(formattest.SharedData(t, "network", "nfdump", "test1-malicious.nfdump"))
	if err != nil {
		t.Fatal(err)
	}
	f("cut", whole[:len(whole)/2])
	damaged := bytes.Clone(whole)
	for i := 500; i < len(damaged); i += 97 {
		damaged[i] ^= 0x55
	}
	f("damaged", damaged)
}

// TestNfcapdErrors checks what a user reads when nothing can be read.
func TestNfcapdErrors(t *testing.T) {
	t.Run("not installed", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		err := Nfcapd{}.Read(t.Context(), strings.NewReader("x"), &formattest.Recorder{})
		if fmt.Sprint(err) != "nfcapd files are read with nfdump, which is not installed: apt-get install nfdump" {
			t.Error(err)
		}
	})
	fake := func(t *testing.T, script string) {
		dir := t.TempDir()
		if err := os.WriteFile(dir+"/nfdump", []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", dir+":/usr/bin:/bin")
	}
	t.Run("fails loudly", func(t *testing.T) {
		fake(t, "while :; do echo broken; done | head -c 1000000 >&2; exit 3")
		err := Nfcapd{}.Read(t.Context(), strings.NewReader("x"), &formattest.Recorder{})
		if err == nil || !strings.HasPrefix(err.Error(), "nfdump could not read all of the file: exit status 3: broken broken") || len(err.Error()) > 700 {
			t.Error(err)
		}
	})
	t.Run("prints nonsense", func(t *testing.T) {
		fake(t, "echo hello; yes x | tr -d '\\n' | head -c 1000000; echo; echo 5; cat /proc/self/fd/3")
		var rec formattest.Recorder
		data := "1772445600.000|0.000|6|10.0.0.1|5|10.0.0.2|6|......S.|1|60|0|0|0|0|0.0.0.0\n"
		if err := (Nfcapd{}).Read(t.Context(), strings.NewReader(data), &rec); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"0.000 10.0.0.1:5 > 10.0.0.2:6 tcp +0 S0 out 20/60/1 in ?/?/? []",
			"bad 1: a line of nfdump with more or fewer columns than asked for",
			"bad 2: a line of nfdump that is too long",
			"bad 3: a line of nfdump with more or fewer columns than asked for",
		}
		if d := cmp.Diff(want, lines(&rec)); d != "" {
			t.Error(d)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		fake(t, "echo 1772445600.000'|0.000|6|10.0.0.1|5|10.0.0.2|6|......S.|1|60|0|0|0|0|0.0.0.0'; exec sleep 100")
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		begun := time.Now()
		if err := (Nfcapd{}).Read(ctx, strings.NewReader("x"), &formattest.Recorder{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if d := time.Since(begun); d > 10*time.Second {
			t.Errorf("took %s", d)
		}
	})
	t.Run("read error", func(t *testing.T) {
		fake(t, "cat /proc/self/fd/3")
		broken := errors.New("the disk is broken")
		var rec formattest.Recorder
		if err := (Nfcapd{}).Read(t.Context(), iotest.ErrReader(broken), &rec); !errors.Is(err, broken) {
			t.Error(err)
		}
	})
}

func TestNfdumpLine(t *testing.T) {
	const good = "1772445600.250|1.500|6|10.0.0.1|5|10.0.0.2|443|...AP.SF|7|700|3|300|0|0|192.0.2.1"
	f := func(line, want string) {
		t.Helper()
		var rec formattest.Recorder
		if err := readNfdump(t.Context(), strings.NewReader(line+"\n"), &rec, func() {}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(lines(&rec), "\n"); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", line, got, want)
		}
	}
	but := func(old, now string) string { return strings.Replace(good, old, now, 1) }
	const conn = "0.250 10.0.0.1:5 > 10.0.0.2:443 tcp +1500 "
	f(good, conn+" out 420/700/7 in 180/300/3 [192.0.2.1]")
	f(but("0.250", "0.000"), "0.000 10.0.0.1:5 > 10.0.0.2:443 tcp +1500  out 420/700/7 in 180/300/3 [192.0.2.1]")
	f(but("0.250|1.500", "0.000|00:01:01.500"), "0.000 10.0.0.1:5 > 10.0.0.2:443 tcp +61500  out 420/700/7 in 180/300/3 [192.0.2.1]")
	f("1772445600.000|0.000|1|10.0.0.2|0|10.0.0.1|0|........|1|84|0|0|0|0|0.0.0.0", "0.000 10.0.0.1:8 > 10.0.0.2:0 icmp +0  out ?/?/? in 56/84/1 []")
	f(but("|6|", "|256|"), "bad 1: a flow of nfdump without protocol or addresses")
	f(but("10.0.0.1|", "x|"), "bad 1: a flow of nfdump without protocol or addresses")
	f(but("10.0.0.1|", "fe80::1%eth0|"), "bad 1: a flow of nfdump without protocol or addresses")
	f(but("|5|", "|65536|"), "bad 1: a flow of nfdump with a port that is none")
	f(but("|700|", "|99999999999999999999|"), "bad 1: a flow of nfdump with a count that is no number")
	f(but("|700|", "|7.5 M|"), "bad 1: a flow of nfdump with a count that is no number")
	f(but("1772445600.250", "0.000"), "bad 1: a flow of nfdump without a time between 1970 and 2262")
	f(but("1772445600.250", "9999999999999.0"), "bad 1: a flow of nfdump without a time between 1970 and 2262")
	f(but("1.500", "-1"), "bad 1: a flow of nfdump without a time between 1970 and 2262")
	f(good+"|", "bad 1: a line of nfdump with more or fewer columns than asked for")
	f("Summary: total flows: 2", "bad 1: a line of nfdump with more or fewer columns than asked for")
}
