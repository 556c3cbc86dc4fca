package generate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// BulkOptions says which logs Bulk writes. Equal options give equal bytes,
// whatever the number of processors; Seed, Hosts, Days, Start, Rows and Theft
// decide on the traffic, the others only on how it is written down.
type BulkOptions struct {
	// Seed selects the hospital, its traffic and its theft.
	Seed uint64
	// Hosts counts the machines of people, 10 to 20,000. 0 means as many as Rows
	// need, or 60 if Rows is 0 too. Servers and devices come on top.
	Hosts int
	// Days is the length of the logs, 1 to 60; 0 means 1.
	Days int
	// Start is the first day of the logs, which begin at its midnight; zero
	// means Monday 2026-03-02. The clock of the hospital is UTC.
	Start time.Time
	// Rows is how many connections are written, exactly; 0 leaves it to Hosts.
	// Only one of the two can be given.
	Rows int64
	// Theft injects one theft, which needs 3 days.
	Theft bool
	// JSON writes Zeek's JSON lines instead of TSV.
	JSON bool
	// Gzip compresses the files.
	Gzip bool
	// Files cuts each log into this many, one after the other in time and each as
	// long as the others in hours; 0 means 1.
	Files int
	// Logs names what is written ("conn", "dns"); nil means all. What is left
	// out changes nothing in the others.
	Logs []string
	// Progress is told, from one goroutine, how many connections of how many are
	// written; nil is allowed.
	Progress func(done, total int64)
}

// Volume is what Bulk wrote.
type Volume struct {
	// Hosts counts the machines of people.
	Hosts int
	// Connections were made, whether conn was written or not.
	Connections int64
	// Bytes is the size of the logs before compression.
	Bytes int64
	// ConversationHours counts the distinct (hour in UTC, originator, responder,
	// responder's port, protocol) of all connections, by 64-bit hashes.
	ConversationHours int64
	Truth
}

// RowsPerConversationHour is how many connections one conversation-hour has.
func (v *Volume) RowsPerConversationHour() float64 {
	return float64(v.Connections) / float64(max(v.ConversationHours, 1))
}

// Limits of BulkOptions.
const (
	maxBulkHosts = 20_000
	minBulkRows  = 5_000 // a day
	maxFiles     = 1000
)

// Bulk writes the logs of a hospital of any size, and README.txt, each opened by
// create: people at work, wards, laboratories, imaging, research, guests,
// servers and devices. Memory stays below a gigabyte for any number of rows.
func Bulk(ctx context.Context, o BulkOptions, create Create) (*Volume, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	b := newBulk(o)
	return b.write(ctx, create)
}

// Check says what is wrong with o, as an error that begins with the option's
// name.
func (o BulkOptions) Check() error { return o.complete() }

func (o *BulkOptions) complete() error {
	if o.Days == 0 {
		o.Days = 1
	}
	if o.Files == 0 {
		o.Files = 1
	}
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	}
	switch {
	case o.Hosts != 0 && o.Rows != 0:
		return errors.New("hosts: does not go together with rows; the one follows from the other")
	case o.Hosts != 0 && (o.Hosts < minHosts || o.Hosts > maxBulkHosts):
		return fmt.Errorf("hosts: %d is not between %d and %d", o.Hosts, minHosts, maxBulkHosts)
	case o.Days < 1 || o.Days > maxDays:
		return fmt.Errorf("days: %d is not between 1 and %d", o.Days, maxDays)
	case o.Rows != 0 && o.Rows < minBulkRows*int64(o.Days):
		return fmt.Errorf("rows: %d; at least %d a day", o.Rows, minBulkRows)
	case o.Theft && o.Days < minTheftDays:
		return fmt.Errorf("days: a theft needs at least %d", minTheftDays)
	case o.Start.Year() < 1971 || o.Start.Year() > 9000:
		return errors.New("start: out of range")
	case o.Files < 1 || o.Files > maxFiles:
		return fmt.Errorf("files: %d is not between 1 and %d", o.Files, maxFiles)
	}
	for _, name := range o.Logs {
		if !slices.Contains(LogNames(), name) {
			return fmt.Errorf("logs: there is no %q; there are %s", name, strings.Join(LogNames(), ", "))
		}
	}
	o.Start = o.Start.UTC().Truncate(24 * time.Hour)
	if o.Rows == 0 {
		if o.Hosts == 0 {
			o.Hosts = defaultHosts
		}
		return nil
	}
	o.Hosts = max(minHosts, int(math.Round(float64(o.Rows)/rowsPerHost(o))))
	if o.Hosts > maxBulkHosts {
		return fmt.Errorf("rows: %d are too many for %s; a hospital of %d machines writes %.0f million in that time",
			o.Rows, plural(o.Days, "day"), maxBulkHosts, rowsPerHost(o)*maxBulkHosts/1e6)
	}
	return nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// LogNames lists the logs that Bulk can write.
func LogNames() []string {
	var names []string
	for _, t := range newLogs(false).all() {
		names = append(names, t.path)
	}
	return names
}

// rowsPerHost estimates how many connections one machine of people and what
// serves it make in the whole time.
func rowsPerHost(o *BulkOptions) float64 {
	const sample = 500
	small := *o
	small.Hosts, small.Rows = sample, 0
	return newCrowd(small).rows() / sample
}
