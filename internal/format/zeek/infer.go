package zeek

// marks is a set of field names that tell log types apart.
type marks uint64

const (
	mTS marks = 1 << iota
	mUID
	mFUID
	mConnState
	mOrigBytes
	mRespBytes
	mIPBytes
	mQuery
	mQType
	mTransID
	mRejected
	mTransDepth
	mMethod
	mBodyLen
	mSIP
	mHandshake
	mCertChain
	mCipher
	mVersion
	mCertificate
	mHosts
	mSeen
	mAction
	mName
	mPath
	mTunnelType
	mCommand
	mArg
	mReply
	mDataChannel
	mUIDs
	mMAC
	mLease
	mClientAddr
	mMsgTypes
	mDelta
	mPercent
	mGaps
	mNote
	mMsg
	mNoticeFlag
	mRequestType
	mOperation
	mShareType
	mSMTP
	mPacketsProcessed
	mFilter
	mInit
	mSoftware
	mHost
	mPortNum
	mFacility
	mAnalyzer
	mDPD
	mStratum
	mPE
	mOCSP
	mRDP
	mSSH
)

// mark returns the mark of a field name, 0 for most.
func mark(key []byte) marks {
	switch string(key) {
	case "ts":
		return mTS
	case "uid":
		return mUID
	case "fuid":
		return mFUID
	case "conn_state":
		return mConnState
	case "orig_bytes":
		return mOrigBytes
	case "resp_bytes":
		return mRespBytes
	case "orig_ip_bytes", "resp_ip_bytes":
		return mIPBytes
	case "query":
		return mQuery
	case "qtype", "qtype_name":
		return mQType
	case "trans_id":
		return mTransID
	case "rejected", "AA", "RD":
		return mRejected
	case "trans_depth":
		return mTransDepth
	case "method", "uri", "status_code":
		return mMethod
	case "request_body_len", "response_body_len":
		return mBodyLen
	case "call_id", "seq", "request_path", "response_path", "request_from", "response_from":
		return mSIP
	case "established", "resumed":
		return mHandshake
	case "cert_chain_fuids", "cert_chain_fps":
		return mCertChain
	case "cipher":
		return mCipher
	case "version":
		return mVersion
	case "certificate.serial", "certificate.subject", "certificate.version", "certificate.not_valid_after",
		"certificate_serial", "certificate_subject", "certificate_version", "certificate_not_valid_after":
		return mCertificate
	case "tx_hosts", "rx_hosts", "conn_uids":
		return mHosts
	case "seen_bytes", "missing_bytes", "overflow_bytes":
		return mSeen
	case "action":
		return mAction
	case "name":
		return mName
	case "path":
		return mPath
	case "tunnel_type":
		return mTunnelType
	case "command":
		return mCommand
	case "arg":
		return mArg
	case "reply_code", "reply_msg":
		return mReply
	case "data_channel.resp_h", "data_channel_resp_h", "data_channel.passive", "data_channel_passive":
		return mDataChannel
	case "uids":
		return mUIDs
	case "mac":
		return mMAC
	case "lease_time", "assigned_ip", "assigned_addr":
		return mLease
	case "client_addr", "server_addr", "requested_addr":
		return mClientAddr
	case "msg_types":
		return mMsgTypes
	case "ts_delta":
		return mDelta
	case "percent_lost":
		return mPercent
	case "gaps":
		return mGaps
	}
	return markOther(key)
}

// markOther knows the fields of types that are counted but not kept.
func markOther(key []byte) marks {
	switch string(key) {
	case "note":
		return mNote
	case "msg", "actions":
		return mMsg
	case "notice":
		return mNoticeFlag
	case "request_type":
		return mRequestType
	case "operation", "endpoint":
		return mOperation
	case "share_type":
		return mShareType
	case "helo", "mailfrom", "rcptto":
		return mSMTP
	case "pkts_proc":
		return mPacketsProcessed
	case "filter":
		return mFilter
	case "init":
		return mInit
	case "software_type":
		return mSoftware
	case "host":
		return mHost
	case "port_num":
		return mPortNum
	case "facility":
		return mFacility
	case "analyzer":
		return mDPD
	case "analyzer_kind", "analyzer_name":
		return mAnalyzer
	case "stratum":
		return mStratum
	case "is_exe":
		return mPE
	case "certStatus":
		return mOCSP
	case "security_protocol":
		return mRDP
	case "auth_attempts", "cipher_alg":
		return mSSH
	}
	return ownMark(key)
}

// own are types that are known by fields of their own; the top bits of marks hold
// the number of the last one in this list that a record has a field of.
var own = [16]struct {
	name string
	kind kind
}{
	1:  {"reporter", kindReporter},
	2:  {"ntlm", kindNTLM},
	3:  {"radius", kindRADIUS},
	4:  {"socks", kindSOCKS},
	5:  {"rfb", kindRFB},
	6:  {"snmp", kindSNMP},
	7:  {"ldap", kindLDAP},
	8:  {"ldap_search", kindLDAPSearch},
	9:  {"quic", kindQUIC},
	10: {"rdp", kindRDP},
}

// ownShift is where in marks the number of a type in own begins.
const ownShift = 60

func ownMark(key []byte) marks {
	n := marks(0)
	switch string(key) {
	case "level", "location":
		n = 1
	case "hostname", "domainname", "server_nb_computer_name", "server_dns_computer_name", "server_tree_name":
		n = 2
	case "framed_addr", "tunnel_client", "connect_info", "reply_msg":
		n = 3
	case "bound.host", "bound_host", "bound_p", "bound.name", "request.host", "request_host", "request_p", "request.name":
		n = 4
	case "authentication_method", "desktop_name", "share_flag", "client_major_version", "client_minor_version":
		n = 5
	case "get_requests", "get_bulk_requests", "get_responses", "set_requests", "community":
		n = 6
	case "opcode", "opcodes":
		n = 7
	case "base_object", "base_objects", "deref_aliases", "result_count":
		n = 8
	case "client_initial_dcid", "server_scid":
		n = 9
	case "cookie", "client_build", "client_channels", "keyboard_layout", "cert_count":
		n = 10
	}
	return n << ownShift
}

// and adds the marks of other fields.
func (m marks) and(k marks) marks {
	const flags = 1<<ownShift - 1
	return (m|k)&flags | max(m&^flags, k&^flags)
}

// shape is a set of fields by which a type is known: all of all, at least one
// of any (unless empty), nothing of none.
type shape struct {
	name           string
	kind           kind
	all, any, none marks
}

// shapes is tried in order. Zeek's JSON omits fields that are unset, so each
// rests on fields that are always written.
var shapes = [...]shape{
	{"conn", kindConn, mTS | mUID, mConnState | mIPBytes, 0},
	{"conn", kindConn, mTS | mUID | mOrigBytes | mRespBytes, 0, 0},
	{"http", kindHTTP, mTS | mUID | mTransDepth, mMethod | mBodyLen, mSIP},
	{"dns", kindDNS, mTS | mUID | mQuery | mQType, 0, 0},
	{"dns", kindDNS, mTS | mUID | mRejected, mQuery | mQType | mTransID, 0},
	{"ssl", kindSSL, mTS | mUID, mHandshake | mCertChain, 0},
	{"ssl", kindSSL, mTS | mUID | mCipher | mVersion, 0, mRequestType},
	{"x509", kindX509, mTS | mCertificate, 0, 0},
	{"files", kindFile, mTS | mFUID, mHosts | mSeen, 0},
	{"smb_files", kindSMBFile, mTS | mUID | mAction, mName | mPath, mTunnelType},
	{"ftp", kindFTP, mTS | mUID | mCommand, mReply | mDataChannel | mArg, 0},
	{"dhcp", kindDHCP, mTS | mUIDs, mMAC | mLease | mClientAddr | mMsgTypes, 0},
	{"dhcp", kindDHCP, mTS | mMsgTypes, 0, 0},
	{"dhcp", kindDHCP, mTS | mUID | mMAC | mLease, 0, 0},
	{"capture_loss", kindCaptureLoss, mTS | mDelta, mPercent | mGaps, 0},
	{"notice", kindNotice, mTS | mNote | mMsg, 0, 0},
	{"weird", kindWeird, mTS | mName | mNoticeFlag, 0, 0},
	{"kerberos", kindKerberos, mTS | mUID | mRequestType, 0, 0},
	{"dce_rpc", kindDCERPC, mTS | mUID | mOperation, 0, 0},
	{"smb_mapping", kindSMBMapping, mTS | mUID | mShareType, 0, 0},
	{"smtp", kindSMTP, mTS | mUID | mTransDepth, mSMTP, 0},
	{"sip", kindNone, mTS | mUID | mSIP, 0, 0},
	{"tunnel", kindTunnel, mTS | mTunnelType, 0, 0},
	{"stats", kindNone, mTS | mPacketsProcessed, 0, 0},
	{"packet_filter", kindNone, mTS | mFilter | mInit, 0, 0},
	{"software", kindSoftware, mTS | mSoftware, 0, 0},
	{"known", kindNone, mTS | mHost | mPortNum, 0, mUID},
	{"syslog", kindNone, mTS | mUID | mFacility, 0, 0},
	{"dpd", kindDPD, mTS | mUID | mDPD, 0, mAnalyzer},
	{"analyzer", kindAnalyzer, mTS | mAnalyzer, 0, 0},
	{"ntp", kindNone, mTS | mUID | mStratum, 0, 0},
	{"pe", kindPE, mTS | mPE, 0, 0},
	{"ocsp", kindNone, mTS | mOCSP, 0, 0},
	{"rdp", kindRDP, mTS | mUID | mRDP, 0, 0},
	{"ssh", kindSSH, mTS | mUID | mSSH, 0, 0},
}

// infer returns the type of a record that has the fields m and does not name
// its type. ok is false when no shape fits.
func infer(m marks) (name string, k kind, ok bool) {
	for i := range shapes {
		s := &shapes[i]
		if m&s.all == s.all && (s.any == 0 || m&s.any != 0) && m&s.none == 0 {
			return s.name, s.kind, true
		}
	}
	if o := own[m>>ownShift]; o.kind != kindNone && m&mTS != 0 {
		return o.name, o.kind, true
	}
	return unknownType, kindNone, false
}
