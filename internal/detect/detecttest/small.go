package detecttest

import "fmt"

// Form is one small request in clear, with the connection that carried it.
type Form struct {
	TS                int64
	Src, Dst          string
	Method, Host, URI string
	Agent             string
	Out, In           int64 // bytes of the bodies
	Status            int
}

// Form adds a request and its connection.
func (l *Logs) Form(h Form) {
	id := l.id(h.Src, h.Dst, 80)
	l.row("conn", h.TS, "%s\ttcp\thttp\t0.500000\t%d\t%d\tSF", id, h.Out+280, h.In+230)
	l.row("http", h.TS+1000, "%s\t1\t%s\t%s\t%s\t%s\t%d\t%d\t%d", id, h.Method, h.Host, h.URI, dash(h.Agent), h.Out, h.In, h.Status)
}

// Mail is one mail handed over in clear and accepted, with the connection that
// carried it.
type Mail struct {
	TS       int64
	Src, Dst string
	Port     int
	From, To string
	Size     int64  // on the wire
	File     string // of an attachment
	Agent    string
}

// Mail adds a mail, its attachment and its connection.
func (l *Logs) Mail(m Mail) {
	id, file := l.id(m.Src, m.Dst, m.Port), "-"
	l.row("conn", m.TS, "%s\ttcp\tsmtp\t2.000000\t%d\t600\tSF", id, m.Size+200)
	if m.File != "" {
		file = fmt.Sprintf("F%06d", l.serial)
		l.row("files", m.TS+2000, "%s\t%s\tSMTP\t%s\tT\t%d", id, file, m.File, m.Size*3/4)
	}
	l.row("smtp", m.TS+1000, "%s\t-\t%s\t%s\t250 ok\tF\t%s\t%s", id, m.From, m.To, file, dash(m.Agent))
}

// DHCP adds a lease.
func (l *Logs) DHCP(ts int64, host, name string) {
	l.row("dhcp", ts, "%s\t02:00:00:00:00:01\t%s\t%s", host, name, host)
}
