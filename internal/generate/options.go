// Package generate writes the Zeek logs of an invented hospital: a small one
// for the demonstration, with or without one injected theft, and a large
// conn.log for benchmarks.
//
// Everything is drawn from streams of random numbers seeded by Options.Seed,
// one stream per concern, so that the same options give the same bytes and a
// theft changes nothing in the innocent traffic around it. docs/generate.md
// says what is realistic in these logs and what is not.
package generate

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// Options says which hospital to generate. The zero value is the demonstration:
// a week of 60 hosts without a theft, as TSV.
type Options struct {
	// Seed selects the hospital, its traffic and its theft.
	Seed uint64
	// Hosts counts the machines of people (desktops, wards, laboratory,
	// research, guests), 10 to 1000; 0 means 60. Servers and devices come on top.
	Hosts int
	// Start is the first day of the logs, which begin at its midnight; zero
	// means Monday 2026-03-02. The clock of the hospital is UTC.
	Start time.Time
	// Days is the length of the logs, 1 to 60; 0 means 7.
	Days int
	// Theft injects one theft, which needs 3 days.
	Theft bool
	// JSON writes Zeek's JSON lines instead of TSV.
	JSON bool
}

// Limits and defaults of Options.
const (
	defaultHosts = 60
	minHosts     = 10
	maxHosts     = 1000
	defaultDays  = 7
	maxDays      = 60
	minTheftDays = 3
)

func (o *Options) complete() error {
	if o.Hosts == 0 {
		o.Hosts = defaultHosts
	}
	if o.Days == 0 {
		o.Days = defaultDays
	}
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	}
	switch {
	case o.Hosts < minHosts || o.Hosts > maxHosts:
		return fmt.Errorf("hosts: %d is not between %d and %d", o.Hosts, minHosts, maxHosts)
	case o.Days < 1 || o.Days > maxDays:
		return fmt.Errorf("days: %d is not between 1 and %d", o.Days, maxDays)
	case o.Theft && o.Days < minTheftDays:
		return fmt.Errorf("days: a theft needs at least %d", minTheftDays)
	case o.Start.Year() < 1971 || o.Start.Year() > 9000:
		return errors.New("start: out of range")
	}
	o.Start = o.Start.UTC().Truncate(24 * time.Hour)
	return nil
}

// Ways in which the injected theft leaves the hospital.
const (
	MethodPut  = "HTTP PUT"
	MethodStor = "FTP STOR"
)

// Theft is what was injected.
type Theft struct {
	// Host is the victim's address when the files left, HostName its name.
	Host, HostName string
	// Destination is the address that received the files, on Port.
	Destination string
	Port        int
	// Method is MethodPut or MethodStor.
	Method string
	// Bytes sums the sizes of the files that the receiver accepted, each once.
	Bytes int64
	// Files names them in the order in which they were accepted.
	Files []string
	// First and Last bound the upload: its first connection and its last reply.
	First, Last time.Time
	// C2 is the address of the command channel, on C2Port, first used at C2First.
	C2      string
	C2Port  int
	C2First time.Time
}

// Truth is what a detector should find in the logs, and what they hold.
type Truth struct {
	// Theft is nil when none was injected.
	Theft *Theft
	// Internal holds the hospital's own networks, as CIDR.
	Internal []string
	// Records counts the rows of each log, by its path ("conn").
	Records map[string]int64
}

// Create opens one log file of the given name ("conn.log") for writing.
type Create func(name string) (io.WriteCloser, error)
