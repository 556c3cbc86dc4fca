package pcap

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// talked is what two ends said to one another, lower end first.
type talked struct {
	packets, ipBytes, payload [2]int64
}

type ends struct {
	proto string
	a, b  netip.AddrPort
}

// told is what a capture says, by one program or the other.
type told struct {
	talks map[ends]talked
	names map[string]int // asked for by DNS
	sni   map[string]int
	ja3   map[string]int
	ja3s  map[string]int
}

func newTold() told {
	return told{map[ends]talked{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}}
}

func endsOf(proto string, src, dst netip.AddrPort) (ends, int) {
	if src.Compare(dst) <= 0 {
		return ends{proto, src, dst}, 0
	}
	return ends{proto, dst, src}, 1
}

// explained are the captures with one difference each, and why.
var explained = map[string]string{
	"manx-tcp.pcap": acknowledged,
	"manx-udp.pcap": acknowledged,
	"sandcat.pcap":  acknowledged,
	"db9f075c-7879-4957-923a-f79fac957a2d.pcap": "a ServerHello behind bytes that tshark does not put in order",
}

// acknowledged is why barium knows of more bytes than tshark's last segment ends at.
const acknowledged = "bytes that were not captured but acknowledged"

// TestTshark compares every capture of the shared data with what tshark says of
// it: the same conversations, packets and bytes, names, servers, fingerprints.
func TestTshark(t *testing.T) {
	program, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	var paths []string
	for _, dir := range []string{"agenttesla-pcap", "caldera-pcap", "ndpi-pcap"} {
		found, err := filepath.Glob(filepath.Join(formattest.SharedData(t, "network", dir), "*.pcap"))
		if err != nil || len(found) == 0 {
			t.Fatal(dir, err)
		}
		paths = append(paths, found...)
	}
	fmt.Fprintln(t.Output(), "file | conversations | packets | names | SNI | JA3 | differences")
	for _, path := range paths {
		want, got := byTshark(t, program, path), byReader(t, path)
		var packets int64
		differ := differences(want.talks, got.talks)
		for _, w := range want.talks {
			packets += w.packets[0] + w.packets[1]
		}
		for what, pair := range map[string][2]map[string]int{
			"name": {want.names, got.names}, "SNI": {want.sni, got.sni}, "JA3": {want.ja3, got.ja3}, "JA3S": {want.ja3s, got.ja3s},
		} {
			for _, n := range sortedKeys(pair[0], pair[1]) {
				if (pair[0][n] > 0) != (pair[1][n] > 0) {
					differ = append(differ, fmt.Sprintf("%s %q: tshark %d, barium %d", what, n, pair[0][n], pair[1][n]))
				}
			}
		}
		fmt.Fprintf(t.Output(), "%s | %d | %d | %d | %d | %d | %d\n", filepath.Base(path), len(want.talks), packets,
			len(want.names), len(want.sni), len(want.ja3), len(differ))
		slices.Sort(differ)
		if why := explained[filepath.Base(path)]; why != "" && len(differ) == 1 {
			fmt.Fprintf(t.Output(), "  %s: %s\n", why, differ[0])
			continue
		}
		for _, d := range differ {
			t.Errorf("%s: %s", filepath.Base(path), d)
		}
	}
}

func differences(want, got map[ends]talked) (out []string) {
	for e, w := range want {
		if g := got[e]; g != w {
			out = append(out, fmt.Sprintf("%v: tshark %v, barium %v", e, w, g))
		}
	}
	for e, g := range got {
		if _, ok := want[e]; !ok {
			out = append(out, fmt.Sprintf("%v: only barium %v", e, g))
		}
	}
	return out
}

func sortedKeys(a, b map[string]int) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// byReader reads a capture with this package.
func byReader(t *testing.T, path string) told {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := newTold()
	for _, r := range formattest.Read(t, Reader{}, data).Records {
		switch e := r.Event.(type) {
		case event.Conn:
			if e.Proto != event.ProtoTCP && e.Proto != event.ProtoUDP {
				continue
			}
			k, i := endsOf(e.Proto.String(), netip.AddrPortFrom(e.Orig.Netip(), e.OrigPort), netip.AddrPortFrom(e.Resp.Netip(), e.RespPort))
			x := out.talks[k]
			x.packets[i] += e.OrigPkts
			x.packets[1-i] += e.RespPkts
			x.ipBytes[i] += e.OrigIPBytes
			x.ipBytes[1-i] += e.RespIPBytes
			x.payload[i] += e.OrigBytes
			x.payload[1-i] += e.RespBytes
			out.talks[k] = x
		case event.DNS:
			if e.RespPort != portNetBIOS && len(e.Query) > 0 {
				out.names[printable(e.Query)]++
			}
		case event.SSL:
			count(out.sni, string(e.ServerName))
			count(out.ja3, string(e.JA3))
			count(out.ja3s, string(e.JA3S))
		}
	}
	return out
}

func count(m map[string]int, s string) {
	if s != "" {
		m[s]++
	}
}

// printable replaces what tshark escapes one way or the other.
func printable(b []byte) string {
	s := strings.Map(func(r rune) rune {
		if r < 0x21 || r > 0x7e || r == '\\' {
			return '?'
		}
		return r
	}, strings.ToLower(string(bytes.ToValidUTF8(b, []byte("?")))))
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '?' }), "?") // runs count once
}

// byTshark lets tshark print the fields of each packet.
func byTshark(t *testing.T, program, path string) told {
	t.Helper()
	fields := []string{
		"ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport",
		"ip.len", "ipv6.plen", "tcp.len", "udp.length", "tcp.stream", "tcp.seq",
		"dns.qry.name", "dns.flags.response", "tls.handshake.extensions_server_name", "tls.handshake.ja3", "tls.handshake.ja3s", "tcp.flags.syn", "_ws.col.Protocol",
	}
	args := []string{"-n", "-r", path, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=|"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	raw, err := exec.CommandContext(t.Context(), program, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	out := newTold()
	type direction struct {
		stream string
		k      ends
		i      int
	}
	top := map[direction]int64{}
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		f := map[string]string{}
		for i, v := range strings.Split(lines.Text(), "\t") {
			f[fields[i]] = v
		}
		first := func(name string) string { v, _, _ := strings.Cut(f[name], "|"); return v }
		for _, n := range strings.Split(f["dns.qry.name"], "|") {
			count(out.names, printable([]byte(n)))
		}
		count(out.sni, f["tls.handshake.extensions_server_name"])
		count(out.ja3, f["tls.handshake.ja3"])
		count(out.ja3s, f["tls.handshake.ja3s"])
		proto, sport, dport := "tcp", first("tcp.srcport"), first("tcp.dstport")
		if sport == "" {
			proto, sport, dport = "udp", first("udp.srcport"), first("udp.dstport")
		}
		if sport == "" || strings.Contains(f["ip.src"], "|") { // an ICMP error shows the packet that it is about
			continue
		}
		src := addrPort(t, cmp.Or(f["ip.src"], f["ipv6.src"]), sport)
		dst := addrPort(t, cmp.Or(f["ip.dst"], f["ipv6.dst"]), dport)
		k, i := endsOf(proto, src, dst)
		x := out.talks[k]
		x.packets[i]++
		x.ipBytes[i] += number(f["ip.len"])
		if f["ip.len"] == "" {
			x.ipBytes[i] += number(f["ipv6.plen"]) + 40
		}
		if proto == "udp" {
			x.payload[i] += number(f["udp.length"]) - 8
		} else if n := number(f["tcp.len"]); n > 0 {
			at := direction{f["tcp.stream"], k, i}
			if end := number(f["tcp.seq"]) + n - 1; end > top[at] {
				x.payload[i] += end - top[at]
				top[at] = end
			}
		}
		out.talks[k] = x
	}
	return out
}

func addrPort(t *testing.T, addr, port string) netip.AddrPort {
	t.Helper()
	a, err := netip.ParseAddr(addr)
	if err != nil {
		t.Fatal(err)
	}
	return netip.AddrPortFrom(a, uint16(number(port)))
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}
