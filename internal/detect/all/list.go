// Package all lists the detectors. A new detector is one folder below
// internal/detect, one page in docs/detectors and one line here.
package all

import (
	"barium/internal/detect"
	"barium/internal/detect/beacon"
	"barium/internal/detect/cleartext"
	"barium/internal/detect/clinic"
	"barium/internal/detect/cloud"
	"barium/internal/detect/dnstunnel"
	"barium/internal/detect/drip"
	"barium/internal/detect/icmp"
	"barium/internal/detect/inbound"
	"barium/internal/detect/mismatch"
	"barium/internal/detect/movement"
	"barium/internal/detect/relay"
	"barium/internal/detect/session"
	"barium/internal/detect/staging"
	"barium/internal/detect/sweep"
	"barium/internal/detect/tlsid"
	"barium/internal/detect/upload"
)

// Detectors lists every detector, in the order of the catalogue.
var Detectors = []detect.Detector{
	beacon.Detector{},
	session.Detector{},
	tlsid.Detector{},
	mismatch.Detector{},
	upload.Detector{},
	drip.Detector{},
	cloud.Detector{},
	dnstunnel.Detector{},
	icmp.Detector{},
	staging.Detector{},
	sweep.Detector{},
	movement.Detector{},
	inbound.Detector{},
	relay.Detector{},
	cleartext.Detector{},
	clinic.Detector{},
}
