package upload

import (
	"testing"

	"barium/internal/detect/detecttest"
)

func TestConformance(t *testing.T) { detecttest.Run(t, Detector{}) }
