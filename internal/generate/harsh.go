package generate

import (
	"context"
	"errors"
	"io"
	"time"
)

// Harsh writes a conn.log of one day (2026-03-02) that is as hard as possible to
// condense: rows connections, in order of time, between a third as many pairs of
// hosts, drawn evenly. So hardly two rows share a pair and an hour. No network is
// like that; it is a bound, for benchmarks.
func Harsh(ctx context.Context, w io.Writer, seed uint64, rows int64) error {
	if rows < 1 {
		return errors.New("rows: at least 1")
	}
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	from := start.UnixMicro()
	x := &wire{logs: newLogs(false), start: from, end: from + day, ids: stream(seed, "harsh/ids")}
	r, pairs := stream(seed, "harsh"), max(rows/3, 1)
	t := x.conn
	t.buf = appendHeader(t.buf, t.schema, start)
	for i := range rows {
		pair := splitmix(seed ^ splitmix(uint64(r.Int64N(pairs))))
		down := r.size(14e3, 1.6, 2500, 900e6)
		x.tcp(r, flow{
			ts: from + int64((float64(i)+r.Float64())*float64(day)/float64(rows)), service: "ssl",
			src: ip4(10, 20, 0, 0) + ip(pair%4096), dst: ip4(198, 18, 0, 0) + ip(pair>>20%(1<<17)), sp: r.between(32768, 65535), dp: 443,
			dur: r.size(2e6, 1.2, 3e4, 600e6), ob: r.size(2200, 0.9, 600, 30e6), rb: down,
		})
		if len(t.buf) < chunk && i < rows-1 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if i == rows-1 {
			t.buf = append(start.AddDate(0, 0, 1).AppendFormat(append(t.buf, "#close\t"...), headerTime), '\n')
		}
		if _, err := w.Write(t.buf); err != nil {
			return err
		}
		t.reset()
	}
	return nil
}
