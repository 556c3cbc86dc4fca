package main

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"barium/internal/hunt"
	"barium/internal/ledger"
	"barium/internal/report"
	"barium/internal/report/safe"
)

type judgeOptions struct {
	lookOptions
	benign, theft bool
	because, by   string
	holds         string // --until
	list          bool
	withdraw      string
	asJSON, quiet bool
}

func newJudgeCommand() *cobra.Command {
	var o judgeOptions
	c := &cobra.Command{
		Use:   "judge CASE --benign|--theft --because TEXT",
		Short: "store what a person makes of a case, with name and reason",
		Long: `Stores a judgement in the kept ledger that holds the case. The next hunts on that
ledger show it with name and reason, and rank by it:

  --benign  the case goes to the end of the list and out of the verdict
  --theft   the case is theft confirmed and comes first; there is no other way

A judgement is about the case as it is: its hosts, each with the far ends it deals
with, the detectors that spoke, and how much was sent in a day. What goes beyond
that opens the case again: a new far end, another detector, or more than twice as
much in a day. With --until it holds to the end of that day by the time of the
records (UTC). Nothing is deleted: the findings stay, and so does a judgement that
was withdrawn or that a later one superseded.

Give the same --internal and --context as to the hunt. Keep the ledger: without
one (barium hunt --ledger FILE) there is nowhere to store a judgement.

EXIT STATUS
  0  stored, withdrawn or listed
  1  wrong use, or no such case or judgement
  130  interrupted`,
		Example: `  barium judge --ledger hospital.ledger C-e7f8fc67 --benign --because "PACS move to the new site, CHG-1142" --until 2026-09-30
  barium judge --ledger hospital.ledger C-19be0241 --theft --because "confirmed with the data owner" --by "M. Keller"
  barium judge --ledger hospital.ledger --list
  barium judge --ledger hospital.ledger --withdraw J-3 --because "the change was cancelled"`,
		RunE: func(c *cobra.Command, args []string) error { return runJudge(c, args, &o) },
	}
	f := c.Flags()
	f.BoolVar(&o.benign, "benign", false, "the case is innocent")
	f.BoolVar(&o.theft, "theft", false, "the case is theft")
	f.StringVar(&o.because, "because", "", "why, in words for those who read it next year")
	f.StringVar(&o.holds, "until", "", "the last `DAY` on which it holds, such as 2026-09-30 (default: for ever)")
	f.StringVar(&o.by, "by", "", "whose judgement it is (default: the name of the account)")
	f.BoolVar(&o.list, "list", false, "list all judgements of the ledger")
	f.StringVar(&o.withdraw, "withdraw", "", "take the judgement `J-N` back; needs --because")
	f.StringVar(&o.ledger, "ledger", "", "the kept ledger `FILE` that holds the case")
	f.StringArrayVar(&o.internal, "internal", nil, "as given to the hunt; `CIDR`, repeatable")
	f.StringVar(&o.context, "context", "", "as given to the hunt; `FOLDER`")
	f.Var(&o.memory, "memory", "memory to use, such as 512MiB, at least 128MiB (default: a quarter of the machine's)")
	f.BoolVar(&o.asJSON, "json", false, "print JSON")
	quietFlag(f, &o.quiet)
	return c
}

// check says what is wrong with how the command was called.
func (o *judgeOptions) check(args []string) error {
	modes := 0
	for _, on := range []bool{o.list, o.withdraw != "", o.benign, o.theft} {
		if on {
			modes++
		}
	}
	switch {
	case o.ledger == "":
		return errors.New("a judgement is stored in a kept ledger: hunt with --ledger FILE first, then judge with the same --ledger")
	case modes != 1:
		return errors.New("say one of --benign, --theft, --list or --withdraw J-N")
	case (o.list || o.withdraw != "") && len(args) > 0:
		return fmt.Errorf("%s: --list and --withdraw take no case", args[0])
	case (o.benign || o.theft) && len(args) != 1:
		return errors.New("name one case such as C-e7f8fc67; barium hunt lists them")
	case (o.benign || o.theft) && strings.Contains(args[0], "/"):
		return fmt.Errorf("%s is a finding; a judgement is about a whole case: leave out what follows the /", args[0])
	case !o.list && strings.TrimSpace(o.because) == "":
		return errors.New(`say why with --because "…"; whoever reads the report next year has nothing else`)
	case len(o.because) > 2000 || len(o.by) > 200:
		return errors.New("--because takes up to 2000 bytes, --by up to 200")
	}
	return nil
}

func runJudge(c *cobra.Command, args []string, o *judgeOptions) error {
	if err := o.check(args); err != nil {
		return err
	}
	if _, err := os.Stat(o.ledger); err != nil {
		return fmt.Errorf("ledger: %w; hunt with --ledger %s first", err, o.ledger)
	}
	h, err := o.options()
	if err != nil {
		return err
	}
	h.PlacesOnly, h.Version = true, version
	if o.list {
		return listJudgements(c, h, o.asJSON)
	}
	by := strings.TrimSpace(o.by)
	if by == "" {
		if by, err = accountName(); err != nil {
			return err
		}
	}
	now := time.Now().UTC().Truncate(time.Second)
	if o.withdraw != "" {
		id, err := judgementID(o.withdraw)
		if err != nil {
			return err
		}
		if err := hunt.Withdraw(c.Context(), h, id, by, o.because, now); err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.OutOrStdout(), "J-%d is withdrawn; it stays in the list.\n", id)
		return err
	}
	j := ledger.Judgement{Verdict: ledger.VerdictBenign, Because: strings.TrimSpace(o.because), By: by, Made: now.UnixMicro()}
	if o.theft {
		j.Verdict = ledger.VerdictTheft
	}
	if o.holds != "" {
		t, err := time.Parse(time.DateOnly, o.holds)
		if err != nil {
			return fmt.Errorf("--until: %q is no day such as 2026-09-30", o.holds)
		}
		j.Until = t.AddDate(0, 0, 1).UnixMicro()
	}
	d, cas, err := hunt.Judge(c.Context(), h, args[0], j)
	if err != nil {
		return err
	}
	return o.judged(c, d, cas)
}

// judged prints what a judgement changed.
func (o *judgeOptions) judged(c *cobra.Command, d *report.Document, cas *report.Case) error {
	j := cas.Judgements[len(cas.Judgements)-1]
	if o.asJSON {
		return report.EncodeLine(c.OutOrStdout(), map[string]any{
			"judgement": j, "case": cas.ID, "standing": cas.Standing, "rank": cas.Rank, "verdict": d.Verdict,
		})
	}
	stdout := c.OutOrStdout()
	fmt.Fprintf(stdout, "Case %s: %s.\n", safe.Text(cas.ID), safe.Text(j.Words()))
	fmt.Fprintf(stdout, "It is now case %d of %d. %s\n", cas.Rank, len(d.Cases), safe.Text(d.Verdict.Text))
	if j.State == "expired" {
		fmt.Fprintln(unless(o.quiet, c.ErrOrStderr()), "barium: the records go on after the last day of this judgement, so that it changes nothing")
	}
	return nil
}

func listJudgements(c *cobra.Command, h hunt.Options, asJSON bool) error {
	list, err := hunt.Judgements(c.Context(), h)
	if err != nil {
		return err
	}
	stdout := c.OutOrStdout()
	for i := range list {
		j := &list[i]
		if asJSON {
			if err := report.EncodeLine(stdout, j); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(stdout, "%s  case %s  %s.\n", j.ID, safe.Text(j.Case), safe.Text(j.Words()))
		if j.Withdrawn != nil {
			fmt.Fprintf(stdout, "     withdrawn by %s on %s, because: %s\n", safe.Text(j.WithdrawnBy), report.Time(*j.Withdrawn), safe.Text(j.WithdrawnBecause))
		}
	}
	if len(list) == 0 && !asJSON {
		fmt.Fprintln(stdout, "No case of this ledger was judged yet.")
	}
	return nil
}

func judgementID(s string) (int64, error) {
	n, ok := strings.CutPrefix(strings.ToUpper(s), "J-")
	id, err := strconv.ParseInt(n, 10, 64)
	if !ok || err != nil || id < 1 {
		return 0, fmt.Errorf("%q is no judgement such as J-3; barium judge --list names them", s)
	}
	return id, nil
}

// accountName is the name of whoever runs the command.
func accountName() (string, error) {
	u, err := user.Current()
	if err != nil || u.Name == "" && u.Username == "" {
		return "", errors.New("who judges? Say so with --by NAME")
	}
	if u.Name != "" && u.Name != u.Username {
		return fmt.Sprintf("%s (%s)", u.Name, u.Username), nil
	}
	return u.Username, nil
}
