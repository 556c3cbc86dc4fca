package upload

import (
	"strings"
	"testing"

	"barium/internal/detect"
)

// TestLabelled weighs what small files are called and how they were sent.
func TestLabelled(t *testing.T) {
	const minute = 60 * 1_000_000
	f := func(name, called, account, how string, checked int64, least, most float64, terms ...string) {
		t.Helper()
		c := candidate{
			host: "10.0.0.5", label: "far.test", name: "ftp.far.test", users: 1, hosts: 1, lookLast: 720 * minute, labels: 3,
			own: []string{"ward-pc-7"}, checks: []detect.AddressCheck{{Service: "ipify.org", At: checked}},
			pieces: []piece{{ip: "203.0.113.9", port: 21, proto: 6, calls: []detect.Call{{TS: 630 * minute, Duration: minute, Out: 800, In: 1300, Place: detect.Place{Source: 1}}}}},
			files: []file{{
				File: detect.File{Name: called, How: how, Bytes: 533, First: 630 * minute, Sent: 1, Accepted: true}, account: account, port: 21,
			}},
		}
		x, ok := score(&c)
		w := 0.0
		if ok {
			w = x.Weight()
		}
		if w < least || w > most {
			t.Errorf("%s: %.1f dB: %+v", name, w, x.Terms)
		}
		for _, want := range terms {
			found := false
			for _, y := range x.Terms {
				found = found || strings.Contains(y.Text, want)
			}
			if !found {
				t.Errorf("%s: no term %q in %+v", name, want, x.Terms)
			}
		}
	}
	const loot = "PW_admin-WARD-PC-7_2024_03_07_19_00_36.html"
	f("theft", loot, "husband", "FTP STOR", 629*minute, 20, 25, "own name, ward-pc-7", "date and time", "as husband", "ipify.org")
	f("no check", loot, "husband", "FTP STOR", 690*minute, 10, 13, "only 800 B in all")
	f("another's name", strings.Replace(loot, "7", "8", 1), "husband", "FTP STOR", 629*minute, 1, 19, "only 800 B in all")
	f("results", "results_20240307190036.hl7", "lab", "FTP STOR", 690*minute, 0, 5)
	f("anonymous", "a.txt", "anonymous", "FTP STOR", 690*minute, 0, 0)
	f("by the web", loot, "", "HTTP PUT", 690*minute, 5, 16)
}
