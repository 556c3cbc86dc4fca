package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"barium/internal/listen"
	"barium/internal/report"
	"barium/internal/report/safe"
)

type listenOptions struct {
	netflow, sflow string
	size, limit    string
	every, period  time.Duration
	from           []string
	quiet          bool
}

// none as an address means not to listen there.
const none = "none"

func newListenCommand() *cobra.Command {
	var o listenOptions
	c := &cobra.Command{
		Use:   "listen FOLDER",
		Short: "receive NetFlow, IPFIX and sFlow, and keep it for barium hunt",
		Long: `Receives what routers, switches and firewalls export of their traffic, and writes
the datagrams, unchanged, with their time of arrival and their sender, into files
in a folder that barium hunt and barium sources read. It listens until Ctrl-C and
then says what came from whom, and what could not be decoded.

NetFlow v5 and v9, IPFIX and sFlow v5 are told apart by their content; each
address takes all of them. Nothing is sent. Anybody who can reach the address can
send to it: name your exporters with --from, and let a firewall keep others away.

Files are readable by their owner only. What was received is on disk after a
second. What the machine could not take is counted, at the end and in the files.

EXIT STATUS
  0  ended as asked: by Ctrl-C, --for or --limit
  1  wrong use, or an address or a file could not be opened or written`,
		Example: `  barium listen flows                                    at ports 2055 and 6343
  barium listen --from 10.0.0.1/32 --limit 20GiB flows
  barium listen --netflow 10.0.0.9:9995 --sflow none flows
  barium hunt --internal 10.0.0.0/8 flows`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runListen(c, args[0], &o) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.netflow, "netflow", ":2055", "listen at this `ADDRESS` for NetFlow and IPFIX, \"none\" for not at all")
	f.StringVar(&o.sflow, "sflow", ":6343", "listen at this `ADDRESS` for sFlow, \"none\" for not at all")
	f.StringArrayVar(&o.from, "from", nil, "take datagrams only from addresses in this `CIDR`; repeatable (default: all)")
	f.StringVar(&o.size, "size", "256MiB", "begin a new file after this `SIZE`")
	f.DurationVar(&o.every, "every", time.Hour, "begin a new file after this `TIME`")
	f.StringVar(&o.limit, "limit", "", "end when all files together have this `SIZE` (default: never)")
	f.DurationVar(&o.period, "for", 0, "end after this `TIME`, such as 24h (default: never)")
	quietFlag(f, &o.quiet)
	return c
}

// complete checks the options.
func (o *listenOptions) complete(dir string) (listen.Options, error) {
	l := listen.Options{Folder: dir, Age: o.every}
	for _, a := range []string{o.netflow, o.sflow} {
		if a != none && a != "" {
			l.Addresses = append(l.Addresses, a)
		}
	}
	if len(l.Addresses) == 0 {
		return l, errors.New("--netflow and --sflow: listen at one address at least")
	}
	for _, s := range o.from {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, aerr := netip.ParseAddr(s)
			if aerr != nil || a.Zone() != "" {
				return l, fmt.Errorf("--from: %q is not a range such as 10.0.0.0/8 or an address", s)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		l.From = append(l.From, p)
	}
	var err error
	if l.Size, err = parseSize(o.size); err != nil {
		return l, fmt.Errorf("--size: %w", err)
	}
	if o.limit != "" {
		if l.Limit, err = parseSize(o.limit); err != nil {
			return l, fmt.Errorf("--limit: %w", err)
		}
	}
	switch {
	case l.Size < 1<<16:
		return l, errors.New("--size: at least 64KiB")
	case o.limit != "" && l.Limit == 0:
		return l, errors.New("--limit: more than nothing")
	case o.every < time.Second:
		return l, errors.New("--every: at least 1s")
	case o.period < 0:
		return l, errors.New("--for: a time from now on")
	}
	return l, nil
}

func runListen(c *cobra.Command, dir string, o *listenOptions) error {
	l, err := o.complete(dir)
	if err != nil {
		return err
	}
	say := unless(o.quiet, c.ErrOrStderr())
	l.Ready = func(addresses []string) {
		fmt.Fprintf(say, "barium: listening at %s; Ctrl-C ends it\n", strings.Join(addresses, " and "))
	}
	ctx := c.Context()
	if o.period > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.period, context.Canceled)
		defer cancel()
	}
	r, err := listen.Run(ctx, l)
	if err != nil && r.Datagrams == 0 {
		return err
	}
	describeReceived(c.OutOrStdout(), dir, r)
	return err
}

// describeReceived says what was received.
func describeReceived(w io.Writer, dir string, r *listen.Result) {
	if r.Full {
		fmt.Fprintln(w, "Ended: the files have the size given with --limit.")
	}
	if r.Datagrams == 0 {
		fmt.Fprintln(w, "No datagram came.")
	} else {
		fmt.Fprintf(w, "Received %s (%s) in %s in %s\n", report.Plural(r.Datagrams, "datagram"), report.Bytes(r.Bytes),
			report.Plural(int64(r.Files), "file"), safe.Text(dir))
	}
	for _, s := range r.Senders {
		name := "all others"
		if s.Addr.IsValid() {
			name = s.Addr.String()
		}
		fmt.Fprintf(w, "  %s  %s, %s\n", name, report.Plural(s.Datagrams, "datagram"), report.Plural(s.Flows, "flow"))
		if s.Bad > 0 {
			fmt.Fprintf(w, "    %s could not be decoded\n", report.Plural(s.Bad, "part"))
		}
		if s.NoTemplate > 0 {
			fmt.Fprintf(w, "    %s of flows without a template: the exporter has not said what they mean\n", report.Plural(s.NoTemplate, "set"))
		}
	}
	if r.Refused > 0 {
		fmt.Fprintf(w, "Not kept: %s from addresses that --from does not name\n", report.Plural(r.Refused, "datagram"))
	}
	if r.Lost > 0 {
		fmt.Fprintf(w, "Lost: %s that came faster than this machine could take them (a larger net.core.rmem_max helps)\n", report.Plural(r.Lost, "datagram"))
	}
}
