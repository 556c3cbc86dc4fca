package eve

import (
	"bytes"
	"math"

	"github.com/valyala/fastjson"

	"barium/internal/event"
)

// Names of the logs of Zeek that the records below would stand in.
const (
	logKerberos = "kerberos"
	logNTLM     = "ntlm"
	logRDP      = "rdp"
	logRFB      = "rfb"
	logSSH      = "ssh"
	logDCERPC   = "dce_rpc"
	logMapping  = "smb_mapping"
	logSNMP     = "snmp"
)

// handLogon hands the current logon on.
func (c *current) handLogon() {
	if c.why == "" {
		c.sink.Logon(&c.logon)
	}
}

// handCall hands the current call on.
func (c *current) handCall() {
	if c.why == "" {
		c.sink.Call(&c.call)
	}
}

// onKerberos reads a request for a ticket with its reply.
func (c *current) onKerberos() {
	v := c.part("krb5")
	e := &c.logon
	*e = event.Logon{
		Head: c.head(false), Log: logKerberos, Proto: c.proto, Account: c.principal(v.Get("cname")),
		Domain: c.principal(v.Get("realm")), Service: c.principal(v.Get("sname")),
	}
	switch string(c.text(v.Get("msg_type"))) {
	case "KRB_ERROR":
		e.Success, e.Error = event.No, c.text(v.Get("error_code"))
	case "KRB_AS_REP", "KRB_TGS_REP", "KRB_AP_REP":
		e.Success = event.Yes
	}
	c.handLogon()
}

// principal is a name in a Kerberos message, which may be missing there.
func (c *current) principal(v *fastjson.Value) []byte {
	b := c.text(v)
	if string(b) == "<empty>" {
		return nil
	}
	return b
}

// onRDP reads one of the messages that begin a session. It returns false for those
// that name neither an account nor a machine.
func (c *current) onRDP() bool {
	v := c.part("rdp")
	e := &c.logon
	*e = event.Logon{Log: logRDP, Proto: c.proto}
	switch string(c.text(v.Get("event_type"))) {
	case "initial_request":
		e.Account = c.text(v.Get("cookie"))
	case "initial_response":
		if e.Error = c.text(v.Get("reason")); e.Error == nil {
			return false
		}
		e.Success = event.No
	case "connect_request":
		if e.Client = c.text(v.Get("client", "client_name")); e.Client == nil {
			return false
		}
	default:
		return false
	}
	e.Head = c.head(false)
	c.handLogon()
	return true
}

// onRFB reads the beginning of a VNC session.
func (c *current) onRFB() {
	v := c.part("rfb")
	auth := v.Get("authentication")
	result := auth.Get("security-result")
	if result == nil {
		result = auth.Get("security_result")
	}
	e := &c.logon
	*e = event.Logon{
		Head: c.head(false), Log: logRFB, Proto: c.proto, Server: c.text(v.Get("framebuffer", "name")),
		Service: c.text(auth.Get("security_type")),
	}
	switch b := c.text(result); string(b) {
	case "":
	case "OK":
		e.Success = event.Yes
	default:
		e.Success, e.Error = event.No, b
	}
	c.handLogon()
}

// onSSH reads the programs at both ends; whether the logon succeeded is not seen.
func (c *current) onSSH() {
	v := c.part("ssh")
	c.logon = event.Logon{
		Head: c.head(false), Log: logSSH, Proto: c.proto,
		Client: c.text(v.Get("client", "software_version")), Server: c.text(v.Get("server", "software_version")),
	}
	c.handLogon()
}

// onSMB reads one command. It returns false for one that neither logs on, nor
// opens a share, nor calls, nor names a file, and for actions on files that failed.
func (c *current) onSMB() bool {
	v := c.part("smb")
	status := c.text(v.Get("status"))
	switch {
	case given(v.Get("ntlmssp")):
		a := v.Get("ntlmssp")
		c.logon = event.Logon{
			Head: c.head(false), Log: logNTLM, Proto: c.proto,
			Account: c.text(a.Get("user")), Domain: c.text(a.Get("domain")), Client: c.text(a.Get("host")),
		}
		c.outcome(status)
	case given(v.Get("kerberos")):
		a := v.Get("kerberos")
		c.logon = event.Logon{Head: c.head(false), Log: logKerberos, Proto: c.proto, Domain: c.text(a.Get("realm"))}
		names := c.texts(nil, a.Get("snames"))
		if len(names) > 0 {
			c.logon.Service = bytes.Join(names, []byte("/"))
		}
		c.outcome(status)
	case given(v.Get("dcerpc")):
		c.onDCERPC(v.Get("dcerpc"))
	case c.text(v.Get("share")) != nil && string(commandOf(c.text(v.Get("command")))) == "TREE_CONNECT":
		c.call = event.Call{
			Head: c.head(false), Log: logMapping, Proto: c.proto, Object: c.text(v.Get("share")),
			Verb: c.text(v.Get("share_type")), Result: status, Count: event.Unset,
		}
		c.handCall()
	default:
		return c.onSMBFile(v, status)
	}
	return true
}

// outcome tells from a status (MS-ERREF section 2.3.1) whether the current logon
// succeeded, and hands it on.
func (c *current) outcome(status []byte) {
	switch string(status) {
	case "", "STATUS_MORE_PROCESSING_REQUIRED":
	case "STATUS_SUCCESS":
		c.logon.Success = event.Yes
	default:
		c.logon.Success, c.logon.Error = event.No, status
	}
	c.handLogon()
}

// commandOf returns the command without the version of the protocol (MS-CIFS
// section 2.2.2.1, MS-SMB2 section 2.2.1).
func commandOf(b []byte) []byte {
	b = bytes.TrimPrefix(b, []byte("SMB2_COMMAND_"))
	b = bytes.TrimPrefix(b, []byte("SMB1_COMMAND_"))
	return bytes.TrimSuffix(b, []byte("_ANDX"))
}

// onSMBFile reads an action on a file. It returns false when there is none.
func (c *current) onSMBFile(v *fastjson.Value, status []byte) bool {
	name := c.text(v.Get("filename"))
	if name == nil || len(status) > 0 && string(status) != "STATUS_SUCCESS" {
		return false
	}
	action := c.smbAction(commandOf(c.text(v.Get("command"))))
	if action == nil {
		return false
	}
	if string(c.text(v.Get("access"))) == "delete on close" {
		action = c.word("SMB::FILE_DELETE")
	}
	e := &c.smb
	*e = event.SMBFile{
		Head: c.head(false), FUID: c.text(v.Get("fuid")), Action: action, Path: c.text(v.Get("share")), Name: name,
		Size: c.size("smb.size", v.Get("size")),
	}
	if c.why == "" {
		c.sink.SMBFile(e)
	}
	return true
}

// smbAction returns Zeek's name of what a command does to a file, nil for one that
// does nothing.
func (c *current) smbAction(command []byte) []byte {
	switch string(command) {
	case "CREATE", "NT_CREATE", "OPEN":
		return c.word("SMB::FILE_OPEN")
	case "READ":
		return c.word("SMB::FILE_READ")
	case "WRITE":
		return c.word("SMB::FILE_WRITE")
	case "CLOSE":
		return c.word("SMB::FILE_CLOSE")
	case "DELETE":
		return c.word("SMB::FILE_DELETE")
	case "RENAME":
		return c.word("SMB::FILE_RENAME")
	}
	return nil
}

// onDCERPC reads a call, over a connection of its own or inside SMB. Operations
// are numbers: their names are not in the log.
func (c *current) onDCERPC(v *fastjson.Value) {
	e := &c.call
	*e = event.Call{Head: c.head(false), Log: logDCERPC, Proto: c.proto, Count: event.Unset, Verb: c.text(v.Get("request"))}
	for _, operation := range []*fastjson.Value{v.Get("opnum"), v.Get("req", "opnum")} {
		if n := c.text(operation); n != nil {
			e.Verb = c.join(c.word("opnum "), n)
			break
		}
	}
	e.Object = c.text(v.Get("interface", "uuid"))
	if list := v.GetArray("interfaces"); e.Object == nil && len(list) > 0 {
		e.Object = c.text(list[0].Get("uuid"))
	}
	switch r := c.text(v.Get("response")); string(r) {
	case "FAULT", "BINDNAK":
		e.Result = r
	}
	c.handCall()
}

// onSNMP reads a message. The community is a password and is not read.
func (c *current) onSNMP() {
	v := c.part("snmp")
	c.call = event.Call{
		Head: c.head(false), Log: logSNMP, Proto: c.proto, Verb: c.snmpVersion(c.text(v.Get("version"))),
		Result: c.text(v.Get("error")), Count: event.Unset,
	}
	if given(v.Get("vars")) {
		c.call.Count = int64(len(v.GetArray("vars")))
	}
	c.handCall()
}

// snmpVersion returns the version as Zeek writes it (RFC 3584 section 1.2).
func (c *current) snmpVersion(b []byte) []byte {
	if string(b) == "2" {
		return c.word("2c")
	}
	return b
}

// onDHCP reads one message about a lease.
func (c *current) onDHCP() {
	v := c.part("dhcp")
	const server, client = 67, 68 // RFC 2131 section 4.1
	reply := c.port("src_port", c.shared.srcPort) == server && c.port("dest_port", c.shared.destPort) == client
	e := &c.dhcp
	*e = event.DHCP{
		Head: c.head(reply), Client: c.lease("dhcp.client_ip", v.Get("client_ip")), Assigned: c.lease("dhcp.assigned_ip", v.Get("assigned_ip")),
		MAC: c.text(v.Get("client_mac")), HostName: c.text(v.Get("hostname")), Lease: event.Unset,
	}
	if n := c.count("dhcp.lease_time", v.Get("lease_time"), math.MaxUint32); n >= 0 {
		e.Lease = n * 1_000_000
	}
	if c.why == "" {
		c.sink.DHCP(e)
	}
}
