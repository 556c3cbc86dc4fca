package prove

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"barium/internal/generate"
	"barium/internal/hunt"
	"barium/internal/prove/story"
)

// Options say into what thefts are injected, which, and how often.
type Options struct {
	Paths    []string
	Stdin    io.Reader
	Mappings []string // files of mappings for tables, besides those that lie beside them
	Internal []string // networks that are inside; empty for the default
	// Generate is the background in the place of Paths; nil for those.
	Generate *generate.BulkOptions
	Seed     uint64
	// Placements is how often each theft is injected: on other hosts, at other times.
	Placements int
	// Budget is how many new cases a person reads in a day.
	Budget int
	// Stories names the stories to play; empty for all, unless NoStories. Sweep adds
	// the plain thefts.
	Stories   []string
	NoStories bool
	Sweep     bool
	Memory    int64
	TempDir   string
	Version   string
	// Progress is told how reading goes, Generated how writing does and Walk how many
	// of how many rounds are done; each may be nil.
	Progress  hunt.Progress
	Generated func(done, total int64)
	Walk      func(done, total int)
}

func (o *Options) stage(name string) {
	if o.Progress != nil {
		o.Progress.Stage(name)
	}
}

func (o *Options) walked(done, total int) {
	if o.Walk != nil {
		o.Walk(done, total)
	}
}

// trial is a theft that is to be injected Placements times.
type trial struct {
	story.Story
	sweep *story.Sweep // nil for a named story
}

// trials lists what the options ask for.
func (o *Options) trials() ([]trial, error) {
	var out []trial
	var names []string
	for _, s := range story.Named {
		names = append(names, s.Name)
		if len(o.Stories) == 0 && !o.NoStories || slices.Contains(o.Stories, s.Name) {
			out = append(out, trial{Story: s})
		}
	}
	for _, want := range o.Stories {
		if !slices.Contains(names, want) {
			return nil, fmt.Errorf("there is no story %q; there are %s", want, strings.Join(names, ", "))
		}
	}
	if o.Sweep {
		for _, s := range story.Sweeps() {
			out = append(out, trial{s.Story, &s})
		}
	}
	return out, nil
}

// fitting leaves out plain thefts that take longer than the background does after
// the days for learning: cut short, they would be other thefts.
func (b *background) fitting(trials []trial) []trial {
	return slices.DeleteFunc(trials, func(t trial) bool {
		return t.sweep != nil && t.sweep.Lasts > time.Duration(int(b.hours)-24*b.warm)*time.Hour
	})
}
