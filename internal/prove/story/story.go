package story

import (
	"time"

	"barium/internal/event"
)

// Story is the shape of a theft.
type Story struct {
	Name   string // for flags and tables: "apt1"
	Title  string
	Route  Route
	Shape  string        // what is injected, one sentence with its figures
	Source string        // what the shape is taken from
	Length time.Duration // how long it goes on; 0 to the end of the records
	Bytes  int64         // what leaves in Length; 0 when that depends on the background's length
	// Fast says that hours matter: the hour in which it is found is looked for.
	Fast bool
	Play func(*Scene)
}

// Route is by what a theft leaves.
type Route string

// The routes of theft that are injected.
const (
	HTTPS Route = "https"
	HTTP  Route = "http"
	DNS   Route = "dns"
	ICMP  Route = "icmp"
	FTP   Route = "ftp"
	SMTP  Route = "smtp"
	Cloud Route = "cloud"
)

const (
	second = event.Time(1_000_000)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour

	kb = int64(1000)
	mb = 1000 * kb
	gb = 1000 * mb
)

// Named lists the stories that are told of real thefts.
var Named = []Story{apt1, cuckooBees, winnti, wellMessHTTP, wellMessDNS, wellMessTLS, change, extortion, dnsDrip, slowDrip}
