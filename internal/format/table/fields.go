package table

import (
	"barium/internal/event"
	"barium/internal/format"
)

// use says how a cell is read for a field.
type use uint8

const (
	asText use = iota
	asMoment
	asAddr
	asPort
	asCount
	asDuration
	asProto
	asState
	asTri
	asBool
	asList
	asCode
	asQType
	asRCode
)

// field is one field that a mapping may fill; at tells where it is kept.
type field struct {
	name string
	use  use
	at   func(*target) any
}

// target holds the record that is being made.
type target struct {
	conn  event.Conn
	dns   event.DNS
	http  event.HTTP
	ssl   event.SSL
	file  event.File
	smb   event.SMBFile
	ftp   event.FTP
	dhcp  event.DHCP
	logon event.Logon
	mail  event.Mail
}

// kind is a type of record, by the name of Zeek's log.
type kind struct {
	name   string
	head   func(*target) *event.Head
	reset  func(*target)
	send   func(*target, format.Sink)
	fields []field
	needs  []string // without which a record tells nothing
}

// kinds lists what a mapping may make.
func kinds() []kind {
	ends := []string{"ts", "id.orig_h", "id.resp_h"}
	out := []kind{
		{"conn", func(t *target) *event.Head { return &t.conn.Head }, resetConn, func(t *target, s format.Sink) { s.Conn(&t.conn) }, connFields(), ends},
		{
			"dns", func(t *target) *event.Head { return &t.dns.Head },
			func(t *target) {
				t.dns = event.DNS{QType: event.Unset, RCode: event.Unset, Answers: t.dns.Answers[:0]}
			},
			func(t *target, s format.Sink) { s.DNS(&t.dns) }, dnsFields(),
			[]string{"ts", "id.orig_h", "query"},
		},
		{"http", func(t *target) *event.Head { return &t.http.Head }, resetHTTP, func(t *target, s format.Sink) { s.HTTP(&t.http) }, httpFields(), []string{"ts", "id.orig_h"}},
		{
			"ssl", func(t *target) *event.Head { return &t.ssl.Head },
			func(t *target) { t.ssl = event.SSL{} },
			func(t *target, s format.Sink) { s.SSL(&t.ssl) }, sslFields(), ends,
		},
		{
			"files", func(t *target) *event.Head { return &t.file.Head },
			func(t *target) {
				t.file = event.File{Seen: event.Unset, Total: event.Unset, Missing: event.Unset}
			},
			func(t *target, s format.Sink) { s.File(&t.file) }, fileFields(),
			[]string{"ts"},
		},
		{
			"smb_files", func(t *target) *event.Head { return &t.smb.Head },
			func(t *target) { t.smb = event.SMBFile{Size: event.Unset} },
			func(t *target, s format.Sink) { s.SMBFile(&t.smb) }, smbFields(), ends,
		},
		{
			"ftp", func(t *target) *event.Head { return &t.ftp.Head },
			func(t *target) {
				t.ftp = event.FTP{FileSize: event.Unset, ReplyCode: event.Unset, DataPort: event.Unset}
			},
			func(t *target, s format.Sink) { s.FTP(&t.ftp) }, ftpFields(), ends,
		},
		{
			"dhcp", func(t *target) *event.Head { return &t.dhcp.Head },
			func(t *target) { t.dhcp = event.DHCP{Lease: event.Unset} },
			func(t *target, s format.Sink) { s.DHCP(&t.dhcp) }, dhcpFields(),
			[]string{"ts", "mac"},
		},
		{
			"smtp", func(t *target) *event.Head { return &t.mail.Head },
			func(t *target) {
				t.mail = event.Mail{To: t.mail.To[:0], FUIDs: t.mail.FUIDs[:0], Filenames: t.mail.Filenames[:0], Size: event.Unset, Code: event.Unset}
			},
			func(t *target, s format.Sink) { s.Mail(&t.mail) }, mailFields(), ends,
		},
	}
	for _, log := range []string{"kerberos", "ntlm", "rdp", "ssh", "radius", "ldap", "rfb"} {
		out = append(out, kind{
			log, func(t *target) *event.Head { return &t.logon.Head },
			func(t *target) { t.logon = event.Logon{Log: log} },
			func(t *target, s format.Sink) { s.Logon(&t.logon) }, logonFields(),
			[]string{"ts", "id.orig_h"},
		})
	}
	for i := range out {
		out[i].fields = append(headFields(out[i].head), out[i].fields...)
	}
	return out
}

func resetConn(t *target) {
	t.conn = event.Conn{
		Duration: event.Unset, OrigBytes: event.Unset, RespBytes: event.Unset, MissedBytes: event.Unset,
		OrigPkts: event.Unset, OrigIPBytes: event.Unset, RespPkts: event.Unset, RespIPBytes: event.Unset,
	}
}

func resetHTTP(t *target) {
	h := &t.http
	*h = event.HTTP{
		Depth: event.Unset, ReqLen: event.Unset, RespLen: event.Unset, Status: event.Unset,
		OrigFUIDs: h.OrigFUIDs[:0], OrigFilenames: h.OrigFilenames[:0], OrigMIME: h.OrigMIME[:0], RespFUIDs: h.RespFUIDs[:0], RespMIME: h.RespMIME[:0],
	}
}

func headFields(h func(*target) *event.Head) []field {
	return []field{
		{"ts", asMoment, func(t *target) any { return &h(t).TS }},
		{"uid", asText, func(t *target) any { return &h(t).UID }},
		{"sensor", asText, func(t *target) any { return &h(t).Sensor }},
		{"id.orig_h", asAddr, func(t *target) any { return &h(t).Orig }},
		{"id.orig_p", asPort, func(t *target) any { return &h(t).OrigPort }},
		{"id.resp_h", asAddr, func(t *target) any { return &h(t).Resp }},
		{"id.resp_p", asPort, func(t *target) any { return &h(t).RespPort }},
	}
}

func connFields() []field {
	return []field{
		{"proto", asProto, func(t *target) any { return &t.conn.Proto }},
		{"service", asText, func(t *target) any { return &t.conn.Service }},
		{"duration", asDuration, func(t *target) any { return &t.conn.Duration }},
		{"orig_bytes", asCount, func(t *target) any { return &t.conn.OrigBytes }},
		{"resp_bytes", asCount, func(t *target) any { return &t.conn.RespBytes }},
		{"conn_state", asState, func(t *target) any { return &t.conn.State }},
		{"local_orig", asTri, func(t *target) any { return &t.conn.LocalOrig }},
		{"local_resp", asTri, func(t *target) any { return &t.conn.LocalResp }},
		{"missed_bytes", asCount, func(t *target) any { return &t.conn.MissedBytes }},
		{"history", asText, func(t *target) any { return &t.conn.History }},
		{"orig_pkts", asCount, func(t *target) any { return &t.conn.OrigPkts }},
		{"orig_ip_bytes", asCount, func(t *target) any { return &t.conn.OrigIPBytes }},
		{"resp_pkts", asCount, func(t *target) any { return &t.conn.RespPkts }},
		{"resp_ip_bytes", asCount, func(t *target) any { return &t.conn.RespIPBytes }},
	}
}

func dnsFields() []field {
	return []field{
		{"proto", asProto, func(t *target) any { return &t.dns.Proto }},
		{"query", asText, func(t *target) any { return &t.dns.Query }},
		{"qtype", asQType, func(t *target) any { return &t.dns.QType }},
		{"rcode", asRCode, func(t *target) any { return &t.dns.RCode }},
		{"answers", asList, func(t *target) any { return &t.dns.Answers }},
		{"rejected", asBool, func(t *target) any { return &t.dns.Rejected }},
	}
}

func httpFields() []field {
	return []field{
		{"trans_depth", asCount, func(t *target) any { return &t.http.Depth }},
		{"method", asText, func(t *target) any { return &t.http.Method }},
		{"host", asText, func(t *target) any { return &t.http.Host }},
		{"uri", asText, func(t *target) any { return &t.http.URI }},
		{"user_agent", asText, func(t *target) any { return &t.http.UserAgent }},
		{"username", asText, func(t *target) any { return &t.http.Username }},
		{"request_body_len", asCount, func(t *target) any { return &t.http.ReqLen }},
		{"response_body_len", asCount, func(t *target) any { return &t.http.RespLen }},
		{"status_code", asCode, func(t *target) any { return &t.http.Status }},
		{"proxied", asBool, func(t *target) any { return &t.http.Proxied }},
		{"orig_fuids", asList, func(t *target) any { return &t.http.OrigFUIDs }},
		{"orig_filenames", asList, func(t *target) any { return &t.http.OrigFilenames }},
		{"orig_mime_types", asList, func(t *target) any { return &t.http.OrigMIME }},
		{"resp_fuids", asList, func(t *target) any { return &t.http.RespFUIDs }},
		{"resp_mime_types", asList, func(t *target) any { return &t.http.RespMIME }},
	}
}

func sslFields() []field {
	return []field{
		{"version", asText, func(t *target) any { return &t.ssl.Version }},
		{"server_name", asText, func(t *target) any { return &t.ssl.ServerName }},
		{"resumed", asBool, func(t *target) any { return &t.ssl.Resumed }},
		{"established", asBool, func(t *target) any { return &t.ssl.Established }},
		{"subject", asText, func(t *target) any { return &t.ssl.Subject }},
		{"issuer", asText, func(t *target) any { return &t.ssl.Issuer }},
		{"client_subject", asText, func(t *target) any { return &t.ssl.ClientSubject }},
		{"client_issuer", asText, func(t *target) any { return &t.ssl.ClientIssuer }},
		{"validation_status", asText, func(t *target) any { return &t.ssl.ValidationStatus }},
		{"ja3", asText, func(t *target) any { return &t.ssl.JA3 }},
		{"ja3s", asText, func(t *target) any { return &t.ssl.JA3S }},
		{"ja4", asText, func(t *target) any { return &t.ssl.JA4 }},
	}
}

func fileFields() []field {
	return []field{
		{"fuid", asText, func(t *target) any { return &t.file.FUID }},
		{"tx_hosts", asAddr, func(t *target) any { return &t.file.TX }},
		{"rx_hosts", asAddr, func(t *target) any { return &t.file.RX }},
		{"source", asText, func(t *target) any { return &t.file.Protocol }},
		{"mime_type", asText, func(t *target) any { return &t.file.MIME }},
		{"filename", asText, func(t *target) any { return &t.file.Filename }},
		{"is_orig", asTri, func(t *target) any { return &t.file.IsOrig }},
		{"seen_bytes", asCount, func(t *target) any { return &t.file.Seen }},
		{"total_bytes", asCount, func(t *target) any { return &t.file.Total }},
		{"missing_bytes", asCount, func(t *target) any { return &t.file.Missing }},
		{"md5", asText, func(t *target) any { return &t.file.MD5 }},
		{"sha1", asText, func(t *target) any { return &t.file.SHA1 }},
		{"sha256", asText, func(t *target) any { return &t.file.SHA256 }},
	}
}

func smbFields() []field {
	return []field{
		{"fuid", asText, func(t *target) any { return &t.smb.FUID }},
		{"action", asText, func(t *target) any { return &t.smb.Action }},
		{"path", asText, func(t *target) any { return &t.smb.Path }},
		{"name", asText, func(t *target) any { return &t.smb.Name }},
		{"size", asCount, func(t *target) any { return &t.smb.Size }},
	}
}

func ftpFields() []field {
	return []field{
		{"user", asText, func(t *target) any { return &t.ftp.User }},
		{"command", asText, func(t *target) any { return &t.ftp.Command }},
		{"arg", asText, func(t *target) any { return &t.ftp.Arg }},
		{"mime_type", asText, func(t *target) any { return &t.ftp.MIME }},
		{"file_size", asCount, func(t *target) any { return &t.ftp.FileSize }},
		{"reply_code", asCode, func(t *target) any { return &t.ftp.ReplyCode }},
		{"data_channel.resp_h", asAddr, func(t *target) any { return &t.ftp.DataResp }},
		{"data_channel.resp_p", asCode, func(t *target) any { return &t.ftp.DataPort }},
		{"fuid", asText, func(t *target) any { return &t.ftp.FUID }},
	}
}

func dhcpFields() []field {
	return []field{
		{"client_addr", asAddr, func(t *target) any { return &t.dhcp.Client }},
		{"assigned_addr", asAddr, func(t *target) any { return &t.dhcp.Assigned }},
		{"mac", asText, func(t *target) any { return &t.dhcp.MAC }},
		{"host_name", asText, func(t *target) any { return &t.dhcp.HostName }},
		{"domain", asText, func(t *target) any { return &t.dhcp.Domain }},
		{"lease_time", asDuration, func(t *target) any { return &t.dhcp.Lease }},
	}
}

func logonFields() []field {
	return []field{
		{"proto", asProto, func(t *target) any { return &t.logon.Proto }},
		{"account", asText, func(t *target) any { return &t.logon.Account }},
		{"domain", asText, func(t *target) any { return &t.logon.Domain }},
		{"client", asText, func(t *target) any { return &t.logon.Client }},
		{"server", asText, func(t *target) any { return &t.logon.Server }},
		{"service", asText, func(t *target) any { return &t.logon.Service }},
		{"success", asTri, func(t *target) any { return &t.logon.Success }},
		{"error", asText, func(t *target) any { return &t.logon.Error }},
		{"mac", asText, func(t *target) any { return &t.logon.MAC }},
		{"framed_addr", asAddr, func(t *target) any { return &t.logon.Given }},
	}
}

func mailFields() []field {
	return []field{
		{"mailfrom", asText, func(t *target) any { return &t.mail.From }},
		{"rcptto", asList, func(t *target) any { return &t.mail.To }},
		{"helo", asText, func(t *target) any { return &t.mail.Helo }},
		{"user_agent", asText, func(t *target) any { return &t.mail.UserAgent }},
		{"size", asCount, func(t *target) any { return &t.mail.Size }},
		{"code", asCode, func(t *target) any { return &t.mail.Code }},
		{"tls", asBool, func(t *target) any { return &t.mail.TLS }},
		{"fuids", asList, func(t *target) any { return &t.mail.FUIDs }},
		{"filenames", asList, func(t *target) any { return &t.mail.Filenames }},
	}
}
