package zeek

import "bytes"

// kind is a log type that becomes records.
type kind uint8

const (
	kindNone kind = iota
	kindConn
	kindDNS
	kindHTTP
	kindSSL
	kindX509
	kindFile
	kindSMBFile
	kindFTP
	kindDHCP
	kindCaptureLoss
	kindSMBMapping
	kindDCERPC
	kindLDAPSearch
	kindSNMP
	kindKerberos
	kindNTLM
	kindRDP
	kindSSH
	kindRADIUS
	kindLDAP
	kindRFB
	kindSMTP
	kindTunnel
	kindSOCKS
	kindQUIC
	kindSoftware
	kindNotice
	kindWeird
	kindDPD
	kindAnalyzer
	kindReporter
	kindPE
)

// unknownType is the name of a record whose type cannot be told.
const unknownType = "unknown"

// kindOf returns the type that a #path, _path or @stream names. A filter may
// have added a suffix after something other than a letter or an underscore
// (conn-internal, conn.2024); conn_long and the like are other types.
func kindOf(name []byte) kind {
	name = bytes.TrimPrefix(name, []byte("json_streaming_"))
	if i := bytes.LastIndexByte(name, '/'); i >= 0 {
		name = name[i+1:]
	}
	if k := exactKind(name); k != kindNone {
		return k
	}
	if i := bytes.IndexAny(name, "-.:@ "); i > 0 {
		return exactKind(name[:i])
	}
	trimmed := bytes.TrimRight(name, "0123456789_")
	if len(trimmed) < len(name) && name[len(trimmed)] == '_' {
		return exactKind(trimmed)
	}
	return kindNone
}

func exactKind(name []byte) kind {
	switch string(name) {
	case "conn":
		return kindConn
	case "dns":
		return kindDNS
	case "http":
		return kindHTTP
	case "ssl":
		return kindSSL
	case "x509":
		return kindX509
	case "files":
		return kindFile
	case "smb_files":
		return kindSMBFile
	case "ftp":
		return kindFTP
	case "dhcp":
		return kindDHCP
	case "capture_loss":
		return kindCaptureLoss
	}
	return accessKind(name)
}

// accessKind knows the logs of who worked where, what machines asked of each
// other, and what Zeek itself thought worth saying.
func accessKind(name []byte) kind {
	switch string(name) {
	case "smb_mapping":
		return kindSMBMapping
	case "dce_rpc":
		return kindDCERPC
	case "ldap_search":
		return kindLDAPSearch
	case "snmp":
		return kindSNMP
	case "kerberos":
		return kindKerberos
	case "ntlm":
		return kindNTLM
	case "rdp":
		return kindRDP
	case "ssh":
		return kindSSH
	case "radius":
		return kindRADIUS
	case "ldap":
		return kindLDAP
	case "rfb":
		return kindRFB
	case "smtp":
		return kindSMTP
	case "tunnel":
		return kindTunnel
	case "socks":
		return kindSOCKS
	case "quic":
		return kindQUIC
	case "software":
		return kindSoftware
	case "notice":
		return kindNotice
	case "weird":
		return kindWeird
	case "dpd":
		return kindDPD
	case "analyzer":
		return kindAnalyzer
	case "reporter":
		return kindReporter
	case "pe":
		return kindPE
	}
	return kindNone
}

// typed says whether a name is one under which Zeek writes a log; used only
// where a JSON record names its own type.
func typed(name []byte) bool {
	if len(name) == 0 || len(name) > 64 {
		return false
	}
	for _, c := range name {
		ok := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
			c == '_' || c == '-' || c == '.' || c == '/' || c == ':' || c == ' '
		if !ok {
			return false
		}
	}
	return true
}
