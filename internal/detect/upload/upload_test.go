package upload

import (
	"testing"

	"barium/internal/detect/detecttest"
)

func TestConformance(t *testing.T) {
	if detecttest.Updating() {
		writeProxyLogs(t)
		writeHours(t)
	}
	detecttest.Run(t, Detector{})
}
