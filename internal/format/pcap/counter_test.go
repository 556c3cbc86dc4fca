package pcap

import (
	"barium/internal/event"
	"barium/internal/format"
)

// counter is a sink that counts the records of analysers and drops them.
type counter struct {
	format.Sink
	records int
}

func (n *counter) HTTP(*event.HTTP)                 { n.records++ }
func (n *counter) File(*event.File)                 { n.records++ }
func (n *counter) SMBFile(*event.SMBFile)           { n.records++ }
func (n *counter) FTP(*event.FTP)                   { n.records++ }
func (n *counter) Mail(*event.Mail)                 { n.records++ }
func (n *counter) Logon(*event.Logon)               { n.records++ }
func (n *counter) Call(*event.Call)                 { n.records++ }
func (n *counter) Bad(int64, int64, string, []byte) {}
