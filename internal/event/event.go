package event

import (
	"net/netip"
	"time"
)

// Addr is an IP address in 16 bytes, IPv4 as IPv4-mapped IPv6 (RFC 4291
// section 2.5.5.2). The zero value means that the record gave none.
type Addr [16]byte

// AddrFrom returns a as an Addr. Zones are dropped; an IPv4-mapped IPv6
// address equals its IPv4 form.
func AddrFrom(a netip.Addr) Addr {
	if !a.IsValid() {
		return Addr{}
	}
	return a.As16()
}

// Netip returns a as netip.Addr, IPv4 unmapped; the zero Addr becomes the
// invalid netip.Addr.
func (a Addr) Netip() netip.Addr {
	if a == (Addr{}) {
		return netip.Addr{}
	}
	return netip.AddrFrom16(a).Unmap()
}

// String returns the usual text form, empty for the zero Addr.
func (a Addr) String() string {
	n := a.Netip()
	if !n.IsValid() {
		return ""
	}
	return n.String()
}

// Time is a moment in microseconds since 1970-01-01 UTC.
type Time int64

// Std returns t as time.Time in UTC.
func (t Time) Std() time.Time { return time.UnixMicro(int64(t)).UTC() }

// Unset marks an integer field (bytes, duration, size, port, code) that the
// record did not give.
const Unset = -1

// Proto is a transport protocol by its IANA number.
type Proto uint8

// Transport protocols that Zeek's conn log names.
const (
	ProtoUnknown Proto = 0
	ProtoICMP    Proto = 1
	ProtoTCP     Proto = 6
	ProtoUDP     Proto = 17
)

// String returns Zeek's name of the protocol.
func (p Proto) String() string {
	switch p {
	case ProtoICMP:
		return "icmp"
	case ProtoTCP:
		return "tcp"
	case ProtoUDP:
		return "udp"
	}
	return "unknown_transport"
}

// ConnState is Zeek's conn_state.
type ConnState uint8

// The states of Zeek's conn.log (base/protocols/conn/main.zeek).
const (
	StateUnknown ConnState = iota
	S0                     // attempt seen, no reply
	S1                     // established, not terminated
	SF                     // normal establishment and termination
	REJ                    // attempt rejected
	S2                     // established, close attempt by originator only
	S3                     // established, close attempt by responder only
	RSTO                   // established, originator aborted
	RSTR                   // responder aborted
	RSTOS0                 // originator sent SYN then RST, no SYN-ACK
	RSTRH                  // responder sent SYN-ACK then RST, no SYN seen
	SH                     // originator sent SYN then FIN, no SYN-ACK
	SHR                    // responder sent SYN-ACK then FIN, no SYN seen
	OTH                    // no SYN seen, mid-stream
)

var stateNames = [...]string{"", "S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH"}

// String returns Zeek's name of the state, empty when unknown.
func (s ConnState) String() string { return stateNames[s] }

// ParseConnState returns the state that Zeek writes as b, StateUnknown for
// anything else.
func ParseConnState(b []byte) ConnState {
	for i := 1; i < len(stateNames); i++ {
		if string(b) == stateNames[i] {
			return ConnState(i)
		}
	}
	return StateUnknown
}

// Tri is a boolean that may be absent.
type Tri int8

// Values of Tri.
const (
	No    Tri = -1
	Maybe Tri = 0 // the record does not say
	Yes   Tri = 1
)

// Head is what records about one connection share.
type Head struct {
	Offset   int64  // of the record in its source, decompressed
	TS       Time   // when it began
	Sensor   []byte // the machine that wrote it, empty when not named
	UID      []byte // Zeek's connection id
	Orig     Addr   // id.orig_h
	Resp     Addr   // id.resp_h
	OrigPort uint16 // id.orig_p; the ICMP type for ICMP
	RespPort uint16 // id.resp_p; the ICMP code for ICMP
}

// Conn is one connection (conn.log). Bytes are payload, as seen by the sensor.
type Conn struct {
	Head
	Proto       Proto
	Service     []byte
	Duration    int64 // microseconds, Unset when not measured
	OrigBytes   int64 // Unset when not measured
	RespBytes   int64 // Unset when not measured
	State       ConnState
	LocalOrig   Tri // Zeek's own opinion whether the originator is inside
	LocalResp   Tri
	MissedBytes int64
	History     []byte
	OrigPkts    int64
	OrigIPBytes int64
	RespPkts    int64
	RespIPBytes int64
	// Turns is how often the responder answered, and Held how often it did so a
	// second or more after it was asked, with the next request at once behind: it
	// had kept the request until it had something to say. TCP only; 0 also where the
	// log does not tell.
	Turns, Held int64
}

// DNS is one look-up (dns.log).
type DNS struct {
	Head
	Proto    Proto
	Query    []byte
	QType    int // RFC 1035 number, Unset when not given
	RCode    int // RFC 1035 number, Unset when unanswered
	Answers  [][]byte
	Rejected bool
}

// HTTP is one request with its reply (http.log).
type HTTP struct {
	Head
	Depth         int64 // trans_depth: position in the connection
	Method        []byte
	Host          []byte
	URI           []byte
	UserAgent     []byte
	Username      []byte
	ReqLen        int64 // request_body_len
	RespLen       int64 // response_body_len
	Status        int   // status_code, Unset when no reply was seen
	Proxied       bool  // the request carried proxy headers
	Browser       Tri   // a browser wrote the header; No where UserAgent names one, but the header is no browser's
	OrigFUIDs     [][]byte
	OrigFilenames [][]byte
	OrigMIME      [][]byte
	RespFUIDs     [][]byte
	RespMIME      [][]byte
}

// SSL is one TLS handshake (ssl.log).
type SSL struct {
	Head
	Version          []byte
	ServerName       []byte // SNI
	Resumed          bool
	Established      bool
	Subject          []byte // of the server's certificate
	Issuer           []byte
	ClientSubject    []byte
	ClientIssuer     []byte
	ValidationStatus []byte
	JA3              []byte
	JA3S             []byte
	JA4              []byte
	CertID           []byte // first of cert_chain_fps or cert_chain_fuids
	ClientCertID     []byte // first of client_cert_chain_fps or _fuids
}

// X509 is one certificate (x509.log).
type X509 struct {
	Head             // connection fields unset
	ID        []byte // fingerprint, or the file id (fuid) in older logs
	Serial    []byte
	Subject   []byte
	Issuer    []byte
	NotBefore Time
	NotAfter  Time
	KeyAlg    []byte
	KeyLength int64
	SANDNS    [][]byte
	CA        Tri // basic_constraints.ca
}

// File is one file seen on the wire (files.log).
type File struct {
	Head            // Orig and Resp unset where the log gives only tx and rx hosts
	FUID     []byte // file id
	TX       Addr   // first of tx_hosts: who sent the bytes
	RX       Addr   // first of rx_hosts: who received them
	Protocol []byte // the log's "source": HTTP, SMB, FTP_DATA, SSL …
	MIME     []byte
	Filename []byte
	IsOrig   Tri // sent by the originator of the connection
	Seen     int64
	Total    int64 // Unset when the protocol did not say
	Missing  int64
	MD5      []byte
	SHA1     []byte
	SHA256   []byte
}

// SMBFile is one action on a file of a Windows share (smb_files.log).
type SMBFile struct {
	Head
	FUID   []byte
	Action []byte // SMB::FILE_OPEN, SMB::FILE_WRITE …
	Path   []byte // share
	Name   []byte
	Size   int64
}

// FTP is one command on a control connection (ftp.log). The password that Zeek
// may log is never read.
type FTP struct {
	Head
	User      []byte
	Command   []byte
	Arg       []byte
	MIME      []byte
	FileSize  int64
	ReplyCode int
	DataResp  Addr // data_channel.resp_h
	DataPort  int  // data_channel.resp_p, Unset when absent
	FUID      []byte
}

// DHCP is one lease conversation (dhcp.log).
type DHCP struct {
	Head
	Client   Addr // client_addr: address the client says it has
	Assigned Addr // assigned_addr (assigned_ip in Zeek before 2.6)
	MAC      []byte
	HostName []byte
	Domain   []byte
	Lease    int64 // microseconds, Unset when not given
}

// CaptureLoss is a sensor's own estimate of what it missed (capture_loss.log).
type CaptureLoss struct {
	Head
	Delta   int64 // microseconds covered
	Peer    []byte
	Gaps    int64
	Acks    int64
	Percent float64 // 0..100
}

// Logon is one authentication, or one session of a protocol by which people work
// on another machine. Which log told of it says Log: "kerberos", "ntlm", "rdp",
// "ssh", "radius", "ldap", "rfb"; "netbios" is only a machine that tells its name.
// Passwords and hashes of them are never read.
type Logon struct {
	Head
	Log     string
	Proto   Proto
	Account []byte // kerberos client, ntlm username, rdp cookie, radius username, ldap object
	Domain  []byte // kerberos realm, ntlm domainname
	Client  []byte // what the originator calls itself: ntlm hostname, rdp client_name, ssh client software
	Server  []byte // what the responder calls itself: ntlm server_nb_computer_name, ssh server software
	Service []byte // what was asked for: kerberos service, rdp security_protocol, ssh cipher_alg
	Success Tri
	Error   []byte // why it failed
	MAC     []byte // of the machine that asked (radius)
	Given   Addr   // address that the account was given (radius framed_addr)
}

// Call is an operation that one machine asks of another. Which log told of it
// says Log: "dce_rpc", "smb_mapping", "ldap_search", "snmp".
type Call struct {
	Head
	Log    string
	Proto  Proto
	Object []byte // dce_rpc endpoint, share, ldap base, snmp display_string
	Verb   []byte // dce_rpc operation, share_type, ldap scope, snmp version
	Via    []byte // dce_rpc named_pipe, smb service, ldap filter
	Result []byte // error or status, where the log gives one
	Count  int64  // ldap result_count, snmp objects read; Unset when not given
}

// Mail is one message handed to a mail server (smtp.log). Neither its subject nor
// its text is ever kept.
type Mail struct {
	Head
	From      []byte // envelope sender
	To        [][]byte
	Helo      []byte
	UserAgent []byte
	Anonymous Tri   // the header was seen, and names no program that wrote it
	NamesSelf Tri   // the subject holds the name that the client gives itself in Helo
	Size      int64 // of the message in bytes, Unset when not given
	Code      int   // the server's last reply (RFC 5321 section 4.2), Unset when not given
	TLS       bool
	FUIDs     [][]byte
	Filenames [][]byte // of attachments
}

// Tunnel is a connection inside another one: tunnel.log, or a request to a SOCKS
// proxy (socks.log, RFC 1928). Log is "tunnel" or "socks".
type Tunnel struct {
	Head
	Log     string
	Proto   Proto
	Type    []byte // "Tunnel::TEREDO", "SOCKS5" …
	Action  []byte // tunnel.log's action, or the proxy's answer
	Account []byte
	FarHost []byte // whom the proxy was asked for: a name or an address
	FarPort uint16
}

// Software is a program that a machine was seen to run (software.log). The
// machine is Orig, its port OrigPort.
type Software struct {
	Head
	Type    []byte
	Name    []byte
	Version []byte
}

// Note is what another program thought worth saying. Which log told of it says
// Log: "notice", "weird", "analyzer", "reporter", "pe", "alert", "anomaly".
type Note struct {
	Head
	Log      string
	Proto    Proto
	Name     []byte // what kind of thing: notice, weird name, signature
	Message  []byte // details, for people
	FUID     []byte // file that it is about (pe)
	Severity int    // 1 is the worst (Suricata), Unset when not given
}
