package eve

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// one reads a single event, which must become one record.
func one(t *testing.T, data string) any {
	t.Helper()
	rec := formattest.Read(t, Reader{}, []byte(data))
	if len(rec.Records) != 1 || len(rec.Bads) > 0 {
		t.Fatalf("%.300s: %d records, bad %v", data, len(rec.Records), rec.Bads)
	}
	return rec.Records[0].Event
}

func TestState(t *testing.T) {
	f := func(proto, state, ts, tc string, packets int, want string) {
		t.Helper()
		tcp := ""
		if ts != "" {
			tcp = fmt.Sprintf(`,"tcp":{"tcp_flags_ts":%q,"tcp_flags_tc":%q}`, ts, tc)
		}
		c := one(t, fmt.Sprintf(`{"timestamp":"2026-03-02T10:00:00.0+0000","event_type":"flow","src_ip":"10.0.0.1","dest_ip":"10.0.0.2","proto":%q,"flow":{"pkts_toclient":%d,"state":%q}%s}`,
			proto, packets, state, tcp)).(event.Conn)
		if got := strings.TrimSpace(c.State.String() + " " + string(c.History)); got != want {
			t.Errorf("%s %s %s %s: %s, want %s", proto, state, ts, tc, got, want)
		}
	}
	f("TCP", "new", "02", "00", 0, "S0 S")
	f("TCP", "closed", "02", "14", 2, "REJ Sar")
	f("TCP", "closed", "c2", "14", 2, "REJ Sar") // with ECN and CWR
	f("TCP", "closed", "06", "00", 0, "RSTOS0 SR")
	f("TCP", "closed", "03", "00", 0, "SH SF")
	f("TCP", "new", "02", "12", 1, "S1 Sh")
	f("TCP", "established", "1a", "1a", 5, "S1 ShADd")
	f("TCP", "established", "13", "12", 5, "S2 ShAF")
	f("TCP", "established", "12", "13", 5, "S3 ShAf")
	f("TCP", "closed", "1b", "1b", 5, "SF ShADdFf")
	f("TCP", "closed", "1f", "1b", 5, "SF ShADdFfR")
	f("TCP", "closed", "1e", "1a", 5, "RSTO ShADdR")
	f("TCP", "closed", "1a", "1e", 5, "RSTR ShADdr")
	f("TCP", "closed", "10", "16", 5, "RSTRH hAr")
	f("TCP", "closed", "10", "13", 5, "SHR hAf")
	f("TCP", "established", "18", "18", 5, "OTH ADad")
	f("TCP", "new", "00", "00", 5, "OTH")
	f("TCP", "new", "00", "00", 0, "")
	f("TCP", "new", "", "", 0, "S0")
	f("TCP", "established", "", "", 3, "S1")
	f("TCP", "closed", "", "", 3, "SF")
	f("TCP", "bypassed", "", "", 3, "")
	f("UDP", "new", "", "", 0, "S0")
	f("UDP", "established", "", "", 2, "SF")
	f("ICMP", "established", "", "", 2, "OTH")
}

// TestPayload makes connections packet by packet and checks that what the frames
// tell of the payload is never more than the payload.
func TestPayload(t *testing.T) {
	f := func(proto, src string, ip, least, most int64) {
		t.Helper()
		rng := rand.New(rand.NewPCG(1, 2))
		tight := false
		for range 2000 {
			var frames, packets, sum int64
			for range 1 + rng.IntN(40) {
				data := rng.Int64N(1400)
				if rng.IntN(2) == 0 {
					data = rng.Int64N(20)
				}
				header := least + 4*rng.Int64N((most-least)/4+1)
				frames += max(14+ip+header+data, 60)
				packets++
				sum += data
			}
			c := one(t, fmt.Sprintf(`{"timestamp":"2026-03-02T10:00:00.0+0000","event_type":"flow","src_ip":%q,"dest_ip":%q,"proto":%q,"flow":{"pkts_toserver":%d,"bytes_toserver":%d,"pkts_toclient":0,"bytes_toclient":0}}`,
				src, src, proto, packets, frames)).(event.Conn)
			if c.OrigBytes > sum || c.OrigBytes < 0 || c.RespBytes != 0 {
				t.Fatalf("%s: payload %d of %d in %d packets of %d bytes", proto, c.OrigBytes, sum, packets, frames)
			}
			tight = tight || c.OrigBytes > sum*3/4
		}
		if !tight {
			t.Errorf("%s: the bound is never near", proto)
		}
	}
	f("TCP", "10.0.0.1", 20, 20, 60)
	f("TCP", "2001:db8::1", 40, 20, 60)
	f("UDP", "10.0.0.1", 20, 8, 8)
	f("UDP", "2001:db8::1", 40, 8, 8)
}

func TestFlowFields(t *testing.T) {
	f := func(old, replaced, want string) {
		t.Helper()
		c := one(t, strings.Replace(flowTCP, old, replaced, 1)).(event.Conn)
		got := fmt.Sprint(c.TS, " ", c.Duration, " ", c.OrigBytes, " ", c.RespBytes, " ", c.Proto, " ", string(c.Service), " ", string(c.UID), " ", string(c.Sensor))
		if got != want {
			t.Errorf("%s: %s, want %s", replaced, got, want)
		}
	}
	const rest = " tcp ssl 1374195536821504@eth0 sensor1"
	f("", "", "1772441970250000 10500001 8060 448"+rest)
	f(`"end":"2026-03-02T09:59:40.750001+0100",`, "", "1772441970250000 10000000 8060 448"+rest)
	f(`"end":"2026-03-02T09:59:40`, `"end":"2026-03-02T09:50:40`, "1772441970250000 10000000 8060 448"+rest) // ends before it begins
	f(`"start":"2026-03-02T09:59:30.250000+0100",`, "", "1772442000000001 10000000 8060 448"+rest)
	f(`"bytes_toserver":9000`, `"bytes_toserver":939`, "1772441970250000 10500001 0 448"+rest)
	f(`"bytes_toserver":9000,`, "", "1772441970250000 10500001 -1 448"+rest)
	f(`"proto":"TCP"`, `"proto":"TCP","vlan":[100,200]`, "1772441970250000 10500001 7980 384"+rest)
	f(`"proto":"TCP"`, `"proto":"089"`, "1772441970250000 10500001 -1 -1 unknown_transport ssl 1374195536821504@eth0 sensor1")
	f(`,"host":"sensor1"`, "", "1772441970250000 10500001 8060 448 tcp ssl 1374195536821504@eth0 suricata")
	f(`"host":"sensor1"`, `"host":{"name":"shipper"}`, "1772441970250000 10500001 8060 448 tcp ssl 1374195536821504@eth0 shipper")
	f(`"in_iface":"eth0",`, "", "1772441970250000 10500001 8060 448 tcp ssl 1374195536821504 sensor1")
	f(`"app_proto":"tls"`, `"app_proto":"failed"`, "1772441970250000 10500001 8060 448 tcp  1374195536821504@eth0 sensor1")
	f(`"app_proto":"tls"`, `"app_proto":"krb5"`, "1772441970250000 10500001 8060 448 tcp krb_tcp 1374195536821504@eth0 sensor1")
}
