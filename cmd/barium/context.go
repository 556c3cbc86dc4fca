package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"barium/internal/hunt"
	"barium/internal/report"
	"barium/internal/report/safe"
	"barium/internal/site"
)

type contextOptions struct {
	lookOptions
	out    string
	asJSON bool
	quiet  bool
}

func newContextCommand() *cobra.Command {
	var o contextOptions
	c := &cobra.Command{
		Use:   "context [PATH…]",
		Short: "propose what the house can say of itself, for people to confirm",
		Long: `Looks at logs, or at a kept ledger, and proposes rows for the three files that
hunt --context reads: assets.csv (servers, name servers, proxies, printers,
imaging and other devices, by whom they answer and whom they know), flows.csv
(what goes out in bulk day after day, with a ceiling) and crown-jewels.csv (shares,
hosts and file types whose names say what they hold).

Each row says why it is there and is marked as not confirmed: it has no effect
until a person has corrected it and written yes in its last column. A proposed
flow may be a theft that is going on. Nothing is ever overwritten.

EXIT STATUS
  0  proposals were made
  1  wrong use, nothing readable, or a file that is there already
  130  interrupted`,
		Example: `  barium context --output house /data/zeek
  barium context --ledger hospital.ledger --output house
  barium context --json /data/zeek | jq '.flows[]'
  barium hunt --context house /data/zeek`,
		RunE: func(c *cobra.Command, args []string) error { return runContext(c, args, &o) },
	}
	f := c.Flags()
	o.lookOptions.flags(f)
	f.Lookup("ledger").Usage = "look at this kept ledger `FILE`, and at the PATHs if any"
	f.Lookup("context").Hidden = true
	f.StringVarP(&o.out, "output", "o", "", "write the three files into this `FOLDER` (default: print them)")
	f.BoolVar(&o.asJSON, "json", false, "print JSON in place of CSV")
	quietFlag(f, &o.quiet)
	return c
}

func runContext(c *cobra.Command, paths []string, o *contextOptions) error {
	switch {
	case o.context != "":
		return errors.New("--context is for hunt; this command proposes one: name the folder with --output")
	case o.asJSON && o.out != "":
		return errors.New("--json prints, --output writes CSV files; give one of them")
	}
	if err := o.free(); err != nil {
		return err
	}
	h, err := o.options()
	if err != nil {
		return err
	}
	h.Paths, h.Stdin, h.Version = paths, c.InOrStdin(), version
	if o.ledger == "" {
		h.Paths = orHere(paths)
	} else if _, err := os.Stat(o.ledger); err != nil && len(paths) == 0 {
		return fmt.Errorf("ledger: %w", err)
	}
	h.Progress = newProgress(unless(o.quiet, c.ErrOrStderr()))
	p, err := hunt.Propose(c.Context(), h)
	if errors.Is(err, hunt.ErrNothing) {
		return errors.New("nothing readable; barium sources says why")
	}
	if err != nil {
		return err
	}
	switch {
	case o.asJSON:
		return printProposal(c.OutOrStdout(), p)
	case o.out != "":
		return o.write(c, p)
	}
	for _, f := range p.Files() {
		if _, err := fmt.Fprintf(c.OutOrStdout(), "# ---- %s ----\n", f.Name); err != nil {
			return err
		}
		if err := f.Write(c.OutOrStdout()); err != nil {
			return err
		}
	}
	return nil
}

// free makes sure, before logs are read for minutes, that nothing is in the way.
func (o *contextOptions) free() error {
	if o.out == "" {
		return nil
	}
	for _, name := range []string{site.AssetFile, site.ApprovalFile, site.JewelFile} {
		if _, err := os.Lstat(filepath.Join(o.out, name)); err == nil {
			return fmt.Errorf("%s exists already; nothing is overwritten: name another folder, and copy what you want by hand", filepath.Join(o.out, name))
		}
	}
	return nil
}

func (o *contextOptions) write(c *cobra.Command, p *site.Proposal) error {
	if err := os.MkdirAll(o.out, 0o700); err != nil {
		return err
	}
	for _, f := range p.Files() {
		path := filepath.Join(o.out, f.Name)
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			return err
		}
		w, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s exists already; nothing is overwritten", path)
		}
		if err != nil {
			return err
		}
		_, err = w.Write(b.Bytes())
		if err = errors.Join(err, w.Close()); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%s, %s and %s proposed in %s. None has an effect until its last column says yes.\n",
		report.Plural(int64(len(p.Assets)), "asset"), report.Plural(int64(len(p.Flows)), "flow"), report.Plural(int64(len(p.Jewels)), "crown jewel"), safe.Text(o.out))
	return err
}

// proposalJSON is what `barium context --json` prints.
type proposalJSON struct {
	Assets []site.ProposedAsset `json:"assets"`
	Flows  []site.ProposedFlow  `json:"flows"`
	Jewels []site.ProposedJewel `json:"crown_jewels"`
}

func printProposal(w io.Writer, p *site.Proposal) error {
	return report.EncodeLine(w, proposalJSON{
		append([]site.ProposedAsset{}, p.Assets...), append([]site.ProposedFlow{}, p.Flows...), append([]site.ProposedJewel{}, p.Jewels...),
	})
}
