package upload

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	dt "barium/internal/detect/detecttest"
)

// proxyLog is a proxy's own log: lines by the moment that they end with.
type proxyLog struct {
	*rand.Rand
	lines []string
}

const sgosHead = "#Software: SGOS 7.3.8.1\n#Version: 1.0\n#Date: 2026-03-02 00:00:00\n" +
	"#Fields: date time time-taken c-ip cs-username sc-status s-action cs-method rs(Content-Type) cs-uri-scheme cs-host cs-uri-port cs-uri-path cs-uri-query cs(User-Agent) s-ip sc-bytes cs-bytes\n"

// sgos adds a line in the W3C extended format of ProxySG.
func (p *proxyLog) sgos(ts int64, client, method, scheme, host string, port int, path string, status int, in, out int64) {
	p.lines = append(p.lines, fmt.Sprintf("%s 250 %s - %d TCP_NC_MISS %s - %s %s %d %s - \"Mozilla/5.0 (Windows NT 10.0)\" 10.1.0.2 %d %d",
		time.UnixMicro(ts).UTC().Format("2006-01-02 15:04:05"), client, status, method, scheme, host, port, path, in, out))
}

// squid adds a line in Squid's native format.
func (p *proxyLog) squid(ts int64, client, url string, in int64) {
	p.lines = append(p.lines, fmt.Sprintf("%d.%03d %6d %s TCP_TUNNEL/200 %d CONNECT %s - HIER_DIRECT/198.51.100.9 -",
		ts/dt.Second, ts/1000%1000, 2000, client, in, url))
}

func (p *proxyLog) save(t *testing.T, dir, name, head string) {
	t.Helper()
	slices.Sort(p.lines)
	if err := os.MkdirAll(filepath.Join("testdata", dir), 0o755); err != nil {
		t.Fatal(err)
	}
	text := head + strings.Join(p.lines, "\n") + "\n"
	if err := os.WriteFile(filepath.Join("testdata", dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// browse lets hosts call sites in working hours.
func (p *proxyLog) browse(hosts, sites []string, days int) {
	for _, h := range hosts {
		for d := range days {
			for range 5 {
				ts := dt.Start + int64(d)*dt.Day + 7*dt.Hour + p.Int64N(11*dt.Hour)
				p.sgos(ts, h, "CONNECT", "tcp", "www."+sites[p.IntN(len(sites))], 443, "/", 200, 20_000+p.Int64N(90_000), 1000+p.Int64N(4000))
			}
		}
	}
}

// writeProxyLogs writes fixtures in which a proxy's log is all there is: one host
// sends files to a far end that nobody else uses; and in the innocent one hosts
// send as much to what all use, and receive much from what nobody else uses.
func writeProxyLogs(t *testing.T) {
	hosts, sites := dt.Hosts("10.1.0.", 12), dt.Sites(8)
	p := &proxyLog{Rand: rand.New(rand.NewPCG(1, 2026))}
	p.browse(hosts, sites, 5)
	night := int64(dt.Start + 3*dt.Day + 23*dt.Hour)
	for i := range int64(4) {
		p.sgos(night+i*40*dt.Second, hosts[3], "PUT", "http", "up.newplace.example", 80, fmt.Sprintf("/d/d%d.zip", i), 201, 400, 90_000_000+i)
		p.sgos(night+i*50*dt.Second, hosts[7], "CONNECT", "tcp", "drop.otherplace.example", 443, "/", 200, 9000, 150_000_000+i)
		p.sgos(night+i*60*dt.Second, hosts[9], "PUT", "http", "up.refused.example", 80, fmt.Sprintf("/d/d%d.zip", i), 403, 400, 90_000_000+i)
		p.sgos(night+i*70*dt.Second, hosts[10], "CONNECT", "tcp", "drop.refused.example", 443, "/", 503, 400, 90_000_000+i)
	}
	for i, l := range p.lines { // the proxy refuses what it says is denied
		if strings.Contains(l, " 403 TCP_NC_MISS PUT ") {
			p.lines[i] = strings.Replace(l, "TCP_NC_MISS", "TCP_DENIED", 1)
		}
	}
	p.save(t, "positive-proxylog", "proxy.log", sgosHead)

	p = &proxyLog{Rand: rand.New(rand.NewPCG(2, 2026))}
	p.browse(hosts, sites, 5)
	for d := range int64(5) {
		for i, h := range hosts {
			p.sgos(dt.Start+d*dt.Day+20*dt.Hour+int64(i)*dt.Minute, h, "CONNECT", "tcp", "backup.example.org", 443, "/", 200, 9000, 200_000_000)
		}
	}
	p.save(t, "innocent-proxylog", "proxy.log", sgosHead)
	q := &proxyLog{Rand: p.Rand}
	for i := range int64(6) {
		q.squid(night+i*dt.Minute, hosts[4], "images.newplace.example:443", 700_000_000)
	}
	q.save(t, "innocent-proxylog", "access.log", "")
}
