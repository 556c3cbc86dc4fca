package cloud

import (
	"testing"

	"barium/internal/detect"
)

func TestServiceOf(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		if s, _ := serviceOf(name); s.name != want {
			t.Errorf("%s: %q, want %q", name, s.name, want)
		}
	}
	f("g.api.mega.co.nz", "MEGA")
	f("MEGA.NZ.", "MEGA")
	f("notmega.nz", "")
	f("mega.nz.example", "")
	f("lakeside.blob.core.windows.net", "Azure Blob Storage")
	f("bucket.s3.eu-central-1.amazonaws.com", "Amazon S3")
	f("s3-us-west-2.amazonaws.com", "Amazon S3")
	f("ec2.eu-central-1.amazonaws.com", "")
	f("www.google.com", "")
	f("", "")
}

func TestToolOf(t *testing.T) {
	f := func(agent, want string) {
		t.Helper()
		if got := toolOf(agent); got != want {
			t.Errorf("%s: %q, want %q", agent, got, want)
		}
	}
	f("rclone/v1.68.2", "rclone")
	f("MEGAsync/4.9.5 (Windows 10.0.19045)", "MEGAsync")
	f("WinSCP/6.3.3 neon/0.32.5", "WinSCP")
	f("Mozilla/5.0 rclone/v1", "")
	f("", "")
}

// TestLists: each entry can be matched, and is written as names are compared.
func TestLists(t *testing.T) {
	for _, s := range services {
		if got, ok := serviceOf("x." + s.domain); !ok || got.name != s.name {
			t.Errorf("%s: %+v", s.domain, got)
		}
	}
	for _, x := range tools {
		if toolOf(x.prefix) != x.name {
			t.Errorf("%s is not found", x.prefix)
		}
	}
}

func TestScore(t *testing.T) {
	base := func() candidate {
		return candidate{
			host: "10.0.0.5", label: "gofile.io", name: "store1.gofile.io", service: "Gofile", drop: true, listed: true, hosts: 200,
			lookLast: 20 * dayMicros, labels: 40, days: 1, names: true,
			users: map[string][]used{"10.0.0.5": {{day: 240, bytes: 2_000_000_000, first: 10 * dayMicros}}},
			pieces: []piece{{ip: "203.0.113.4", port: 443, proto: 6, calls: []detect.Call{
				{TS: 10 * dayMicros, Duration: 1, Out: 2_000_000_000, In: 100_000, Place: detect.Place{Source: 1}},
			}}},
		}
	}
	f := func(name string, change func(*candidate), least, most float64) {
		t.Helper()
		c := base()
		change(&c)
		got, _ := score(&c)
		if w := got.Weight(); w < least || w > most {
			t.Errorf("%s: %.1f dB, want %.1f to %.1f: %+v", name, w, least, most, got.Terms)
		}
	}
	f("a drop", func(*candidate) {}, 26, 34)
	f("by rclone", func(c *candidate) { c.tool, c.toolUsers = "rclone", 1 }, 36, 44)
	f("by the tool of the house", func(c *candidate) { c.tool, c.toolUsers = "restic", 30 }, 26, 34)
	f("little", func(c *candidate) {
		c.users[c.host][0].bytes = 8_000_000
		c.pieces[0].calls[0].Out = 8_000_000
	}, 0, 19.9)
	f("a download", func(c *candidate) { c.pieces[0].calls[0].In = 9_000_000_000 }, 0, 15)
	f("as others", func(c *candidate) {
		for _, h := range []string{"10.0.0.6", "10.0.0.7", "10.0.0.8", "10.0.0.9"} {
			c.users[h] = []used{{day: 1, bytes: 1_900_000_000, first: dayMicros / 2}}
		}
	}, 0, 19.9)
	f("far above others", func(c *candidate) {
		for i := range 60 {
			c.users[string(rune('a'+i))] = []used{{day: 1, bytes: 9_000_000, first: dayMicros / 2}}
		}
		c.drop = false
	}, 25, 34)
	f("never answered", func(c *candidate) { c.pieces[0].calls[0].Attempt = true }, 0, 0)
}
