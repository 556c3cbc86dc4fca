package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"barium/internal/event"
	"barium/internal/format"
	"barium/internal/format/netflow"
	"barium/internal/format/pieces"
	"barium/internal/generate"
)

// The sets of formats other than Zeek's, each beside the program that people read
// it with.

// tool is a program that is not barium's.
type tool struct {
	name, install string
	arguments     []string // in front of the file's name
}

var (
	// tshark is asked for what barium takes out of a capture: each question of DNS,
	// request of HTTP and hello of a TLS client with its names, and the table of TCP
	// connections with packets, bytes, beginning and duration.
	tshark = &tool{"tshark", "apt-get install tshark", []string{
		"-n", "-Y", "dns.flags.response == 0 || http.request || tls.handshake.type == 1", "-T", "fields",
		"-e", "frame.time_epoch", "-e", "ip.src", "-e", "tcp.srcport", "-e", "udp.srcport", "-e", "ip.dst", "-e", "tcp.dstport", "-e", "udp.dstport",
		"-e", "dns.qry.name", "-e", "dns.qry.type", "-e", "http.request.method", "-e", "http.host", "-e", "http.request.uri", "-e", "http.user_agent",
		"-e", "tls.handshake.extensions_server_name", "-z", "conv,tcp", "-r",
	}}
	jq = &tool{"jq", "apt-get install jq", []string{
		"-c", "[.event_type, .timestamp, .flow_id, .src_ip, .src_port, .dest_ip, .dest_port, .proto, .app_proto, " +
			"(.flow | .start, .end, .bytes_toserver, .bytes_toclient, .pkts_toserver, .pkts_toclient, .state), " +
			"(.dns | .type, .rrname, .rrtype, .rcode, .answers), " +
			"(.http | .hostname, .url, .http_method, .http_user_agent, .status, .length), " +
			"(.tls | .sni, .version, .subject, .issuerdn, .fingerprint, .ja3.hash), " +
			"(.fileinfo | .filename, .size, .state)]",
	}}
	nfdump  = &tool{"nfdump", "apt-get install nfdump", []string{"-q", "-o", "csv", "-r"}}
	nfpcapd = &tool{"nfpcapd", "apt-get install nfdump", []string{"-t", "86400", "-w"}}
)

// missing says what to install, "" when the tool is there.
func (p *tool) missing() string {
	if p == nil {
		return ""
	}
	if _, err := exec.LookPath(p.name); err == nil {
		return ""
	}
	return fmt.Sprintf("%s is not installed: %s", p.name, p.install)
}

// String is the command as it would be typed.
func (p *tool) String() string {
	b := p.name
	for _, a := range p.arguments {
		if strings.ContainsAny(a, " |[(") {
			a = "'" + a + "'"
		}
		b += " " + a
	}
	return b + " FILE"
}

// run starts the tool on a file and hands each line of its output to take.
func (p *tool) run(ctx context.Context, path string, take func(line []byte)) error {
	var said strings.Builder
	c := exec.CommandContext(ctx, p.name, append(p.arguments[:len(p.arguments):len(p.arguments)], path)...)
	c.Stderr = &said
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(make([]byte, 64<<10), 1<<20)
	for lines.Scan() {
		take(lines.Bytes())
	}
	err = lines.Err()
	if err != nil {
		_, _ = io.Copy(io.Discard, out) // so that it ends
	}
	if err := errors.Join(err, c.Wait()); err != nil {
		return fmt.Errorf("%s: %w\n%s", p.name, err, said.String())
	}
	return nil
}

// logOf is the only file of a set.
func logOf(t *task) (string, error) {
	found, err := filepath.Glob(filepath.Join(t.Logs, "*"))
	if err == nil && len(found) != 1 {
		err = fmt.Errorf("BUG: %d files in %s", len(found), t.Logs)
	}
	if err != nil {
		return "", err
	}
	return found[0], nil
}

// beside returns a step that runs a tool. count is given each line of its output.
func beside(p *tool, count func(o *outcome, line string)) func(context.Context, *task) (func() (outcome, error), error) {
	return func(ctx context.Context, t *task) (func() (outcome, error), error) {
		path, err := logOf(t)
		if err != nil {
			return nil, err
		}
		var o outcome
		err = p.run(ctx, path, func(line []byte) { count(&o, string(line)) })
		return func() (outcome, error) { return o, nil }, err
	}
}

// countTshark tells the lines of packets from those of the table behind them.
func countTshark(o *outcome, line string) {
	switch {
	case strings.Contains(line, " <-> "):
		if !strings.Contains(line, "|") { // the head of the table
			o.Groups++
		}
	case len(line) > 0 && line[0] >= '0' && line[0] <= '9':
		o.Events++
	}
}

func countLine(o *outcome, _ string) { o.Events++ }

// countNfdump leaves the head of the table out.
func countNfdump(o *outcome, line string) {
	if len(line) > 0 && line[0] >= '0' && line[0] <= '9' {
		o.Events++
	}
}

// tally is a format.Sink that counts records.
type tally struct {
	conns, tcp, named, files, other int64
	bytesOrig, bytesResp            int64
	bad                             string // the first that could not be read
}

var _ format.Sink = (*tally)(nil)

// Conn implements format.Sink.
func (n *tally) Conn(e *event.Conn) {
	n.conns++
	if e.Proto == event.ProtoTCP {
		n.tcp++
		n.bytesOrig += e.OrigBytes
		n.bytesResp += e.RespBytes
	}
}

// DNS implements format.Sink.
func (n *tally) DNS(*event.DNS) { n.named++ }

// HTTP implements format.Sink.
func (n *tally) HTTP(*event.HTTP) { n.named++ }

// SSL implements format.Sink.
func (n *tally) SSL(*event.SSL) { n.named++ }

// X509 implements format.Sink. It is the second record of a handshake.
func (n *tally) X509(*event.X509) {}

// File implements format.Sink.
func (n *tally) File(*event.File) { n.files++ }

// SMBFile implements format.Sink.
func (n *tally) SMBFile(*event.SMBFile) { n.other++ }

// FTP implements format.Sink.
func (n *tally) FTP(*event.FTP) { n.other++ }

// DHCP implements format.Sink.
func (n *tally) DHCP(*event.DHCP) { n.other++ }

// CaptureLoss implements format.Sink.
func (n *tally) CaptureLoss(*event.CaptureLoss) { n.other++ }

// Logon implements format.Sink.
func (n *tally) Logon(*event.Logon) { n.other++ }

// Call implements format.Sink.
func (n *tally) Call(*event.Call) { n.other++ }

// Mail implements format.Sink.
func (n *tally) Mail(*event.Mail) { n.other++ }

// Tunnel implements format.Sink.
func (n *tally) Tunnel(*event.Tunnel) { n.other++ }

// Software implements format.Sink.
func (n *tally) Software(*event.Software) { n.other++ }

// Note implements format.Sink.
func (n *tally) Note(*event.Note) { n.other++ }

// Skip implements format.Sink.
func (n *tally) Skip(string) { n.other++ }

// Bad implements format.Sink.
func (n *tally) Bad(_, line int64, reason string, _ []byte) {
	if n.bad == "" {
		n.bad = fmt.Sprintf("record %d: %s", line, reason)
	}
}

// Warn implements format.Sink.
func (n *tally) Warn(string) {}

// counted returns a step that reads the logs with several goroutines, 0 standing
// for as many as there are threads, and sums up what of the tallies says what.
func counted(goroutines int, sum func(*outcome, *tally)) func(context.Context, *task) (func() (outcome, error), error) {
	return func(ctx context.Context, t *task) (func() (outcome, error), error) {
		n := goroutines
		if n == 0 {
			n = t.Threads
		}
		tallies := make([]tally, n)
		err := each(ctx, t, 1, func(r format.Reader, src io.Reader, _ uint32, _ int) error {
			sinks := make([]format.Sink, n)
			for i := range sinks {
				sinks[i] = &tallies[i]
			}
			_, err := pieces.Read(ctx, r, src, 0, sinks)
			return err
		})
		return func() (o outcome, err error) {
			for i := range tallies {
				if bad := tallies[i].bad; bad != "" {
					return o, errors.New(bad)
				}
				sum(&o, &tallies[i])
			}
			return o, nil
		}, err
	}
}

func sumCapture(o *outcome, n *tally) {
	o.Events += n.named
	o.Groups += n.tcp
	o.BytesOrig += n.bytesOrig
	o.BytesResp += n.bytesResp
}

func sumRecords(o *outcome, n *tally) { o.Events += n.conns + n.named + n.files + n.other }

func sumConnections(o *outcome, n *tally) { o.Groups += n.conns }

// decodeFlows measures the decoder alone: datagrams that lie in memory.
func decodeFlows(ctx context.Context, t *task) (func() (outcome, error), error) {
	var frames []netflow.Frame
	var room []byte
	_, err := exported(ctx, t.Seed, t.Rows, func(f *netflow.Frame) error {
		if cap(room)-len(room) < len(f.Datagram) {
			room = make([]byte, 0, 1<<20)
		}
		from := len(room)
		room = append(room, f.Datagram...)
		frames = append(frames, *f)
		frames[len(frames)-1].Datagram = room[from:]
		return nil
	})
	if err != nil {
		return nil, err
	}
	var o outcome
	d := netflow.NewObserver()
	start := time.Now()
	for i := range frames {
		d.Datagram(&frames[i], 0)
	}
	d.Done()
	o.Seconds = time.Since(start).Seconds()
	return func() (outcome, error) {
		n := d.Of(0)
		if n.Bad+n.NoTemplate > 0 {
			return o, fmt.Errorf("%d parts of datagrams cannot be read", n.Bad+n.NoTemplate)
		}
		o.Events = n.Flows
		return o, nil
	}, nil
}

// single returns a function that makes a set of one file.
func single(name string, write func(context.Context, io.Writer, uint64, int) (outcome, error)) func(context.Context, string, uint64, int) (outcome, error) {
	return func(ctx context.Context, dir string, seed uint64, n int) (outcome, error) {
		folder, err := generate.NewFolder(dir)
		if err != nil {
			return outcome{}, err
		}
		w, err := folder.Create(name)
		if err != nil {
			return outcome{}, err
		}
		o, err := write(ctx, w, seed, n)
		return o, errors.Join(err, w.Close())
	}
}

// makeNfcapd lets nfpcapd make a file of flows from look-ups: two packets and two
// flows each.
func makeNfcapd(ctx context.Context, dir string, seed uint64, n int) (o outcome, err error) {
	pcap := dir + ".pcap"
	f, err := os.Create(pcap)
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, os.Remove(pcap)) }()
	if err := errors.Join(writeLookups(ctx, f, seed, n/2), f.Close()); err != nil {
		return o, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return o, err
	}
	p := *nfpcapd
	p.arguments = append(p.arguments[:len(p.arguments):len(p.arguments)], dir, "-r")
	if err := p.run(ctx, pcap, func([]byte) {}); err != nil {
		return o, err
	}
	return outcome{Records: int64(n / 2 * 2), Events: int64(n / 2 * 2), Groups: int64(n / 2)}, nil
}

// alike checks what steps found out against what was made.
func alike(made outcome, by map[string]outcome) error {
	for name, o := range by {
		for _, x := range []struct {
			what       string
			have, want int64
		}{
			{"records", o.Events, made.Events},
			{"connections", o.Groups, made.Groups},
			{"bytes of originators", o.BytesOrig, made.BytesOrig},
			{"bytes of responders", o.BytesResp, made.BytesResp},
		} {
			if x.have != 0 && x.have != x.want {
				return fmt.Errorf("%s counts %d %s of %d", name, x.have, x.what, x.want)
			}
		}
		if o.Events == 0 && o.Groups == 0 {
			return fmt.Errorf("%s counts nothing", name)
		}
	}
	return nil
}
