package clinic

import (
	"testing"

	"barium/internal/detect/detecttest"
)

func TestConformance(t *testing.T) {
	if detecttest.Updating() {
		writeFixtures(t)
	}
	detecttest.Run(t, Detector{})
}
