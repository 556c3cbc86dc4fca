package movement

import (
	"context"
	"testing"

	"barium/internal/detect/detecttest"
	"barium/internal/format/formattest"
)

func TestConformance(t *testing.T) {
	if detecttest.Updating() {
		writeFixtures(t)
	}
	detecttest.Run(t, Detector{})
}

// TestRealMovement wants the step from 10.0.1.4 to 10.0.1.6 of an emulated
// intrusion, and nothing as heavy of its other machines.
func TestRealMovement(t *testing.T) {
	l := detecttest.Look(t, formattest.SharedData(t, "network/apt29-day1"))
	found, err := Detector{}.Find(context.Background(), l)
	if err != nil {
		t.Fatal(err)
	}
	seen := false
	for i := range found {
		f := &found[i]
		if f.Src == "10.0.1.4" && f.Dst == "10.0.1.6" {
			seen = f.Weight() >= 20
		} else if f.Weight() >= 10 {
			t.Errorf("%.1f dB: %s", f.Weight(), f.Reason)
		}
	}
	if !seen {
		t.Errorf("not found:\n%s", detecttest.Text(found))
	}
}
