package listen

import (
	"context"
	"encoding/binary"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// direction is who sends to whom.
type direction struct {
	Proto      uint8
	Src, Dst   string
	SPort, DPt uint16
}

// volume is what went in a direction.
type volume struct{ Packets, Bytes int64 }

// packets adds up the IPv4 packets of a capture (classic pcap, Ethernet) by
// direction. It is written for this test, apart from the reader of captures, so
// that one can be checked by the other.
func packets(t *testing.T, path string) map[direction]volume {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if be.Uint32(b) == 0xa1b2c3d4 {
		order = be
	}
	out := map[direction]volume{}
	for b = b[24:]; len(b) >= 16; {
		n := int(order.Uint32(b[8:]))
		p := b[16 : 16+n]
		b = b[16+n:]
		if len(p) < 34 || be.Uint16(p[12:]) != 0x0800 {
			continue
		}
		p = p[14:]
		head := int(p[0]&15) * 4
		src, _ := netip.AddrFromSlice(p[12:16])
		dst, _ := netip.AddrFromSlice(p[16:20])
		d := direction{Proto: p[9], Src: src.String(), Dst: dst.String()}
		if (d.Proto == 6 || d.Proto == 17) && be.Uint16(p[6:])&0x1fff == 0 {
			d.SPort, d.DPt = be.Uint16(p[head:]), be.Uint16(p[head+2:])
		}
		v := out[d]
		out[d] = volume{v.Packets + 1, v.Bytes + int64(be.Uint16(p[2:]))}
	}
	return out
}

// flowsOf adds up connections by direction.
func flowsOf(t *testing.T, rec *formattest.Recorder, out map[direction]volume) {
	t.Helper()
	for _, r := range rec.Records {
		c, ok := r.Event.(event.Conn)
		if !ok {
			t.Fatal(r.Text)
		}
		d := direction{Proto: uint8(c.Proto), Src: c.Orig.String(), Dst: c.Resp.String()}
		if c.Proto == event.ProtoTCP || c.Proto == event.ProtoUDP {
			d.SPort, d.DPt = c.OrigPort, c.RespPort
		}
		back := direction{d.Proto, d.Dst, d.Src, d.DPt, d.SPort}
		for x, v := range map[direction]volume{d: {c.OrigPkts, c.OrigIPBytes}, back: {c.RespPkts, c.RespIPBytes}} {
			if v.Packets >= 0 {
				s := out[x]
				out[x] = volume{s.Packets + v.Packets, s.Bytes + v.Bytes}
			}
		}
	}
}

// TestSoftflowd lets the exporter softflowd replay real captures into the listener
// and compares packets and bytes of each direction with the capture.
func TestSoftflowd(t *testing.T) {
	path, err := exec.LookPath("softflowd")
	if err != nil {
		t.Skip("softflowd is not installed")
	}
	var captures []string
	for _, x := range [][]string{{"network", "caldera-pcap", "*.pcap"}, {"network", "agenttesla-pcap", "*.pcap"}} {
		dir := formattest.SharedData(t, x[:2]...)
		found, err := filepath.Glob(filepath.Join(dir, x[2]))
		if err != nil || len(found) == 0 {
			t.Fatal(dir, err)
		}
		captures = append(captures, found...)
	}
	compared := 0
	for _, version := range []string{"5", "9", "10"} {
		for _, capture := range captures {
			name := "v" + version + " " + filepath.Base(capture)
			t.Run(name, func(t *testing.T) {
				want := packets(t, capture)
				r := start(t, Options{})
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				c := exec.CommandContext(ctx, path, "-d", "-a", "-r", capture, "-v", version, "-n", r.conn.RemoteAddr().String(),
					"-p", filepath.Join(t.TempDir(), "pid"), "-c", "none") // with a control socket it may never end
				if out, err := c.CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				res := r.stop()
				got := map[direction]volume{}
				for _, rec := range r.read() {
					if len(rec.Bads) > 0 {
						t.Errorf("%+v", rec.Bads)
					}
					flowsOf(t, rec, got)
				}
				for d := range got {
					if strings.Contains(d.Src, ":") {
						delete(got, d) // IPv6 is not counted in the capture
					}
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("capture and flows:\n%s", d)
				}
				for _, s := range res.Senders {
					if s.Bad+s.NoTemplate > 0 {
						t.Errorf("%+v", s)
					}
				}
				compared += len(got)
			})
		}
	}
	t.Log(strconv.Itoa(compared) + " directions compared")
}
