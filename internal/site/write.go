package site

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Files returns the names of a proposal's files in order, each with what writes
// it. What is written parses back; every row is marked as not confirmed.
func (p *Proposal) Files() []File {
	return []File{
		{AssetFile, func(w io.Writer) error { return write(w, assetColumns, assetsRemark, p.assetCells()) }},
		{ApprovalFile, func(w io.Writer) error { return write(w, approvalColumns, flowsRemark, p.flowCells()) }},
		{JewelFile, func(w io.Writer) error { return write(w, jewelColumns, jewelsRemark, p.jewelCells()) }},
	}
}

// File is a file of a context.
type File struct {
	Name  string
	Write func(io.Writer) error
}

const (
	assetsRemark = "Machines, proposed by what was seen. Roles are guesses. Correct a row, then write yes in its last column."
	flowsRemark  = "Flows, proposed by what was seen: they may be a theft. Ask who owns each, name owner and ticket, then write yes in its last column."
	jewelsRemark = "What thieves would come for, proposed by names and types. Add what you know, set values from 1 to 5, then write yes in the last column."
)

// line is one row with the reason for it.
type line struct {
	why   string
	cells []string
}

func (p *Proposal) assetCells() (out []line) {
	for _, a := range p.Assets {
		many := "no"
		if a.Many {
			many = "yes"
		}
		out = append(out, line{a.Why, []string{a.Address, a.Name, a.Role, "", many, "no"}})
	}
	return out
}

func (p *Proposal) flowCells() (out []line) {
	for _, f := range p.Flows {
		out = append(out, line{f.Why, []string{f.Source, f.Destination, string(Out), strconv.FormatFloat(f.Ceiling, 'f', -1, 64), f.Hours, Unnamed, Unnamed, f.Expiry, "no"}})
	}
	return out
}

func (p *Proposal) jewelCells() (out []line) {
	for _, j := range p.Jewels {
		out = append(out, line{j.Why, []string{string(j.Kind), j.What, j.Class, strconv.Itoa(j.Value), "no"}})
	}
	return out
}

func write(w io.Writer, columns []column, remark string, rows []line) error {
	c := csv.NewWriter(w)
	put := func(cells []string) error {
		if err := c.Write(cells); err != nil {
			return err
		}
		c.Flush()
		return c.Error()
	}
	if _, err := fmt.Fprintf(w, "# %s\n", remark); err != nil {
		return err
	}
	if err := put(strings.Split(names(columns), ",")); err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := fmt.Fprintf(w, "# %s\n", r.why); err != nil {
			return err
		}
		if err := put(r.cells); err != nil {
			return err
		}
	}
	return nil
}
