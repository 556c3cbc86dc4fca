package site

import (
	"slices"
	"strconv"
	"strings"
)

var jewelColumns = []column{{"kind", true}, {"what", true}, {"class", true}, {"value", true}, {confirmedColumn, false}}

// Kind is what a crown jewel is told by.
type Kind string

// The kinds of crown jewels.
const (
	JewelHost  Kind = "host"
	JewelShare Kind = "share"
	JewelPath  Kind = "path"
	JewelType  Kind = "type" // of a file: .sas7bdat, application/dicom
)

var kinds = []string{string(JewelHost), string(JewelShare), string(JewelPath), string(JewelType)}

// Classes are what thieves come to hospitals and laboratories for.
var Classes = []string{
	"formulas", "trials", "manufacturing", "unpatented research", "patient records", "prescriptions", "payroll and bank data",
}

// MostValue is the highest value of a crown jewel; 1 is the least.
const MostValue = 5

// Jewel is what a thief would come for.
type Jewel struct {
	Kind  Kind
	What  string // as written
	Class string
	Value int

	host machines
	what string // folded
}

// jewels reads crown-jewels.csv.
func jewels(rows []row, known []Asset) (out []Jewel, proposals int) {
	for i := range rows {
		r := &rows[i]
		j := Jewel{Kind: Kind(strings.ToLower(r.get("kind"))), What: r.get("what"), Class: strings.ToLower(r.get("class"))}
		if !slices.Contains(kinds, string(j.Kind)) && j.Kind != "" {
			r.fault("kind", "%q; write %s", short(string(j.Kind)), oneOf(kinds))
		}
		if !slices.Contains(Classes, j.Class) && j.Class != "" {
			r.fault("class", "%q; write %s", short(j.Class), oneOf(Classes))
		}
		if cell := r.get("value"); cell != "" {
			n, err := strconv.Atoi(cell)
			if err != nil || n < 1 || n > MostValue {
				r.fault("value", "%q; write a number from 1 to %d, %d for what must not be lost", short(cell), MostValue, MostValue)
			}
			j.Value = n
		}
		j.what = slashes(j.What)
		switch {
		case j.What == "":
		case j.Kind == JewelHost:
			j.host = r.machines("what", known, false)
		case j.Kind == JewelShare && (!strings.HasPrefix(j.what, "//") || strings.Count(strings.Trim(j.what, "/"), "/") != 1):
			r.fault("what", `%q is no share; write one such as \\fs1\research`, short(j.What))
		case j.Kind == JewelPath && len(strings.Trim(j.what, "/")) < 2:
			r.fault("what", `%q is no path; write one such as \trials\2026 or /srv/trials`, short(j.What))
		case j.Kind == JewelType:
			j.what = strings.TrimPrefix(strings.ToLower(j.What), "*")
			if !strings.Contains(j.what, "/") && !strings.HasPrefix(j.what, ".") {
				j.what = "." + j.what
			}
			if len(j.what) < 2 || strings.ContainsAny(j.what, `*\ `) {
				r.fault("what", "%q is no type; write an ending such as .sas7bdat, or one such as application/dicom", short(j.What))
			}
		}
		if !r.confirmed {
			proposals++
			continue
		}
		out = append(out, j)
	}
	return out, proposals
}

// slashes folds a path or share, so that Windows and others are alike.
func slashes(s string) string {
	s = strings.ToLower(strings.ReplaceAll(s, `\`, "/"))
	return strings.TrimSuffix(s, "/")
}

func oneOf(list []string) string {
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}

// IsHost tells whether the jewel is a host, and this one, at a moment.
func (c *Context) IsHost(j *Jewel, ip string, at int64) bool {
	return j.Kind == JewelHost && c.means(&j.host, ip, at)
}

// IsFile tells whether a file is a crown jewel by its type, path or share. name
// may be a path; share may be empty.
func (j *Jewel) IsFile(name, mime, share string) bool {
	folded := slashes(name)
	switch j.Kind {
	case JewelType:
		if strings.Contains(j.what, "/") {
			return strings.EqualFold(mime, j.what)
		}
		return strings.HasSuffix(folded, j.what)
	case JewelPath:
		path := slashes(share) + "/" + strings.TrimPrefix(folded, "/") + "/"
		return strings.Contains(path, "/"+strings.Trim(j.what, "/")+"/")
	case JewelShare:
		return share != "" && slashes(share) == j.what
	}
	return false
}
