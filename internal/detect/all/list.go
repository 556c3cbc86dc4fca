// Package all lists the detectors. A new detector is one folder below
// internal/detect, one page in docs/detectors and one line here.
package all

import (
	"barium/internal/detect"
	"barium/internal/detect/beacon"
	"barium/internal/detect/cleartext"
	"barium/internal/detect/clinic"
	"barium/internal/detect/dnstunnel"
	"barium/internal/detect/icmp"
	"barium/internal/detect/tlsid"
	"barium/internal/detect/upload"
)

// Detectors lists every detector, in the order of the catalogue.
var Detectors = []detect.Detector{
	beacon.Detector{},
	tlsid.Detector{},
	upload.Detector{},
	dnstunnel.Detector{},
	icmp.Detector{},
	cleartext.Detector{},
	clinic.Detector{},
}
