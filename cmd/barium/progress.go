package main

import (
	"io"
	"os"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"barium/internal/hunt"
)

// progress draws a bar of bytes, rate and time left, and what is being done.
type progress struct {
	w     io.Writer
	pool  *mpb.Progress
	bar   *mpb.Bar
	stage atomic.Value // string
}

// newProgress returns a bar on w when that is a terminal, nil otherwise.
func newProgress(w io.Writer) hunt.Progress {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return &progress{w: f}
}

func (p *progress) Start(total int64) {
	p.Stage("reading")
	p.pool = mpb.New(mpb.WithOutput(p.w), mpb.WithWidth(40))
	p.bar = p.pool.AddBar(total+1, // never complete by itself: Done ends it
		mpb.PrependDecorators(
			decor.Any(func(decor.Statistics) string { return p.stage.Load().(string) + " " }),
			decor.CountersKibiByte("% .1f / % .1f"),
		),
		mpb.AppendDecorators(
			decor.AverageSpeed(decor.SizeB1024(0), "% .0f "),
			decor.AverageETA(decor.ET_STYLE_GO), decor.Name(" left"),
		),
	)
}

func (p *progress) Stage(name string) { p.stage.Store(name) }

func (p *progress) Add(n int64) { p.bar.IncrInt64(n) }

func (p *progress) Done() {
	if p.bar == nil {
		return
	}
	p.bar.Abort(true)
	p.pool.Wait()
}
