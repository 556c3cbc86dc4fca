package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
)

// writeEVE writes n events as Suricata logs them, of 100 flows 45, look-ups 30 (a
// question and its answer), requests 12, handshakes 9 and files 4.
func writeEVE(ctx context.Context, to io.Writer, seed uint64, n int) (outcome, error) {
	w := bufio.NewWriterSize(to, 1<<20)
	r := newRandom(seed)
	for i := range n {
		if i%4096 == 0 && ctx.Err() != nil {
			return outcome{}, ctx.Err()
		}
		writeEvent(w, r, i)
	}
	return outcome{Records: int64(n), Events: int64(n)}, w.Flush()
}

// writeEvent writes one event.
func writeEvent(w *bufio.Writer, r random, i int) {
	when := func(ms int) string { // of that day
		return fmt.Sprintf("2026-03-02T%02d:%02d:%02d.%03d%03d+0100", 8+ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000, i%1000)
	}
	now := 60_000 + i/100
	client, port := r.IntN(2000), 1024+r.IntN(60_000)
	begin := func(kind, server string, serverPort int, proto string) {
		fmt.Fprintf(w, `{"timestamp":"%s","flow_id":%d,"in_iface":"ens192","event_type":"%s","src_ip":"10.20.%d.%d","src_port":%d,"dest_ip":"%s","dest_port":%d,"proto":"%s",`,
			when(now), 1_374_195_536_000_000+r.Int64N(1<<40), kind, client>>8, client&255, port, server, serverPort, proto)
	}
	far := r.IntN(5000)
	server := fmt.Sprintf("198.18.%d.%d", far>>8, far&255)
	name := r.name()
	switch kind := r.IntN(100); {
	case kind < 45:
		up, down, lasts := r.size(2500, 1.4, 100, 1<<30), r.size(9000, 1.7, 100, 1<<30), r.size(2000, 1.5, 1, 59_000)
		begin("flow", server, 443, "TCP")
		fmt.Fprintf(w, `"app_proto":"tls","flow":{"pkts_toserver":%d,"pkts_toclient":%d,"bytes_toserver":%d,"bytes_toclient":%d,"start":"%s","end":"%s","age":%d,"state":"closed","reason":"timeout","alerted":false},"tcp":{"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"1b","syn":true,"fin":true,"psh":true,"ack":true,"state":"closed"}`,
			5+up/700, 5+down/1200, up, down, when(now-lasts), when(now), lasts/1000)
	case kind < 60:
		begin("dns", "10.20.255.1", 53, "UDP")
		fmt.Fprintf(w, `"dns":{"type":"query","id":%d,"rrname":"%s","rrtype":"A","tx_id":0,"opcode":0}`, r.IntN(1<<16), name)
	case kind < 75:
		begin("dns", "10.20.255.1", 53, "UDP")
		fmt.Fprintf(w, `"dns":{"version":2,"type":"answer","id":%d,"flags":"8180","qr":true,"rd":true,"ra":true,"opcode":0,"rrname":"%s","rrtype":"A","rcode":"NOERROR","answers":[{"rrname":"%s","rrtype":"A","ttl":300,"rdata":"%s"}],"grouped":{"A":["%s"]}}`, r.IntN(1<<16), name, name, server, server)
	case kind < 87:
		begin("http", server, 80, "TCP")
		fmt.Fprintf(w, `"tx_id":%d,"http":{"hostname":"%s","url":"/files/%d/item?id=%d","http_user_agent":"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0","http_content_type":"text/html","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":%d}`, r.IntN(4), name, r.IntN(1000), r.Uint32(), r.size(8000, 1.5, 20, 2_000_000))
	case kind < 96:
		begin("tls", server, 443, "TCP")
		fmt.Fprintf(w, `"tls":{"subject":"CN=%s","issuerdn":"C=US, O=Example, CN=Example CA %d","serial":"0C:00:99:B7:%02X","fingerprint":"8f:51:12:06:a0:cc:4e:cd:e8:a3:8b:38:f8:87:59:e5:af:95:ca:cd","sni":"%s","version":"TLS 1.2","notbefore":"2026-01-04T10:48:43","notafter":"2027-01-04T10:48:43","ja3":{"hash":"%016x%016x","string":"771,4865-4866-49195,0-10-13-16-43,29-23-24,0"}}`, name, r.IntN(5), r.IntN(256), name, r.Uint64(), r.Uint64())
	default:
		size := r.size(8000, 1.5, 20, 2_000_000)
		begin("fileinfo", server, 80, "TCP")
		fmt.Fprintf(w, `"http":{"hostname":"%s","url":"/files/%d","http_user_agent":"Mozilla/5.0","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":%d},"app_proto":"http","fileinfo":{"filename":"/files/%d","sid":[],"gaps":false,"state":"CLOSED","stored":false,"size":%d,"tx_id":0}`, name, far, size, far, size)
	}
	w.WriteString(`,"host":"sensor1"}` + "\n") //nolint:errcheck // kept until Flush
}
