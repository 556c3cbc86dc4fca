package upload

import (
	"context"
	"math"
	"slices"
	"time"

	"barium/internal/detect"
	"barium/internal/ledger"
)

// hourSum is what a host sent and received within an hour (UTC), all far ends
// together.
type hourSum struct {
	hour    uint32
	out, in int64
}

const (
	// burstBytes is how much must leave to one label within an hour to be a burst.
	burstBytes = 100_000_000
	// burstSpreads is how many spreads above its median hour a burst lies.
	burstSpreads = 6
	// pastHours is how many other hours make a past.
	pastHours = 12
	// turned is by how much the ratio of producer to consumer must rise.
	turned = 0.5
)

// hours returns what the hosts of candidates sent and received, by hour.
func hours(ctx context.Context, l *ledger.Look) (map[string][]hourSum, error) {
	out := map[string][]hourSum{}
	var ip string
	var h hourSum
	err := ledger.Each(ctx, l.Store, hoursQuery, nil, []any{&ip, &h.hour, &h.out, &h.in}, func() error {
		out[ip] = append(out[ip], h)
		return nil
	})
	return out, err
}

// producer is (out − in) / (out + in): −1 who only receives, 1 who only sends
// (Bullard and Gerth 2014).
func producer(out, in int64) float64 {
	if out+in == 0 {
		return 0
	}
	return float64(out-in) / float64(out+in)
}

// burst weighs the hour in which the most left to the far end against the host's
// other hours.
func burst(sent []detect.HourBytes, past []hourSum) (t detect.Term, ok bool) {
	var top detect.HourBytes
	in := map[uint32]bool{} // the hours of this upload are no past
	for _, h := range sent {
		if h.BytesOut > top.BytesOut {
			top = h
		}
		in[h.Hour] = in[h.Hour] || h.BytesOut*10 >= burstBytes
	}
	if top.BytesOut < burstBytes {
		return t, false
	}
	var usual []int64
	var out, back int64
	then := 0.0
	for _, h := range past {
		if h.hour == top.Hour {
			then = producer(h.out, h.in)
		}
		if in[h.hour] {
			continue
		}
		usual = append(usual, h.out)
		out += h.out
		back += h.in
	}
	if len(usual) < pastHours || then <= 0 || then-producer(out, back) < turned {
		return t, false
	}
	slices.Sort(usual)
	median := usual[len(usual)/2]
	for i, n := range usual {
		usual[i] = max(n-median, median-n)
	}
	slices.Sort(usual)
	limit := max(median+burstSpreads*usual[len(usual)/2], 1_000_000)
	share := math.Log10(float64(top.BytesOut)/float64(limit)) / 2
	t = aboveOwnHour.Scaled(share, detect.Bytes(top.BytesOut), time.Unix(int64(top.Hour)*3600, 0).UTC().Format("2006-01-02 15:04"),
		detect.Bytes(median), detect.Bytes(limit))
	return t, t.DB > 0
}
