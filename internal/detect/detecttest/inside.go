package detecttest

// insideTables adds the logs of what machines inside do with each other.
func (l *Logs) insideTables(id, idTypes string) {
	add := func(path, fields, types string) {
		l.tables[path] = &table{fields: id + fields, types: idTypes + types}
	}
	add("smb_files", "\tfuid\taction\tpath\tname\tsize", "\tstring\tenum\tstring\tstring\tcount")
	add("smb_mapping", "\tpath\tservice\tnative_file_system\tshare_type", "\tstring\tstring\tstring\tstring")
	add("dce_rpc", "\trtt\tnamed_pipe\tendpoint\toperation", "\tinterval\tstring\tstring\tstring")
	add("kerberos", "\trequest_type\tclient\tservice\tsuccess\terror_msg", "\tstring\tstring\tstring\tbool\tstring")
	add("ntlm", "\tusername\thostname\tdomainname\tsuccess", "\tstring\tstring\tstring\tbool")
}

// SMBFile adds an action on a file of a share: OPEN, WRITE, READ …
func (l *Logs) SMBFile(ts int64, src, dst, action, share, name string, size int64) {
	l.row("smb_files", ts, "%s\t-\tSMB::FILE_%s\t%s\t%s\t%d", l.id(src, dst, 445), action, share, name, size)
}

// Share adds that a host connected to a share.
func (l *Logs) Share(ts int64, src, dst, share string) {
	l.row("smb_mapping", ts, "%s\t%s\t-\t-\tDISK", l.id(src, dst, 445), share)
}

// RPC adds an operation of DCE/RPC.
func (l *Logs) RPC(ts int64, src, dst string, port int, endpoint, operation string) {
	l.row("dce_rpc", ts, "%s\t0.001000\t%d\t%s\t%s", l.id(src, dst, port), port, endpoint, operation)
}

// Ticket adds that an account asked a Kerberos server for a ticket to a service.
func (l *Logs) Ticket(ts int64, src, kdc, account, service string) {
	l.row("kerberos", ts, "%s\tTGS\t%s\t%s\tT\t-", l.id(src, kdc, 88), account, service)
}

// NTLM adds a log-on by NTLM.
func (l *Logs) NTLM(ts int64, src, dst string, port int, account string, ok bool) {
	l.row("ntlm", ts, "%s\t%s\t-\tHOUSE\t%s", l.id(src, dst, port), account, tf(ok))
}
