package zeek

// This file says where the fields go of the logs that tell who worked where, what
// machines asked of each other, and what Zeek itself thought worth saying.

func accessField(p *parser, k kind, key []byte) target {
	switch k {
	case kindKerberos, kindNTLM, kindRDP, kindSSH, kindRADIUS, kindLDAP, kindRFB:
		return logonField(p, k, key)
	case kindDCERPC, kindSMBMapping, kindLDAPSearch, kindSNMP:
		return callField(p, k, key)
	case kindSMTP:
		return mailField(p, key)
	case kindTunnel, kindSOCKS:
		return tunnelField(p, k, key)
	case kindQUIC:
		return quicField(p, key)
	case kindSoftware:
		return softwareField(p, key)
	case kindNotice, kindWeird, kindDPD, kindAnalyzer, kindReporter, kindPE:
		return noteField(p, k, key)
	}
	return target{}
}

func logonField(p *parser, k kind, key []byte) target {
	l := &p.logon
	switch k {
	case kindKerberos:
		switch string(key) {
		case "client":
			return target{op: opText, text: &l.Account}
		case "service":
			return target{op: opText, text: &l.Service}
		case "success":
			return target{op: opTri, tri: &l.Success}
		case "error_msg":
			return target{op: opText, text: &l.Error}
		}
	case kindNTLM:
		switch string(key) {
		case "username":
			return target{op: opText, text: &l.Account}
		case "domainname":
			return target{op: opText, text: &l.Domain}
		case "hostname":
			return target{op: opText, text: &l.Client}
		case "server_nb_computer_name":
			return target{op: opPrefer, text: &l.Server, have: haveServer}
		case "server_dns_computer_name":
			return target{op: opFallBack, text: &l.Server, have: haveServer}
		case "success":
			return target{op: opTri, tri: &l.Success}
		case "status": // before Zeek 3
			return target{op: opText, text: &l.Error}
		}
	case kindRDP:
		switch string(key) {
		case "cookie":
			return target{op: opText, text: &l.Account}
		case "client_name":
			return target{op: opText, text: &l.Client}
		case "security_protocol":
			return target{op: opText, text: &l.Service}
		}
	case kindSSH:
		switch string(key) {
		case "client":
			return target{op: opText, text: &l.Client}
		case "server":
			return target{op: opText, text: &l.Server}
		case "cipher_alg":
			return target{op: opText, text: &l.Service}
		case "auth_success":
			return target{op: opTri, tri: &l.Success}
		}
	case kindRADIUS:
		switch string(key) {
		case "username":
			return target{op: opText, text: &l.Account}
		case "mac":
			return target{op: opText, text: &l.MAC}
		case "framed_addr":
			return target{op: opAddr, addr: &l.Given}
		case "reply_msg":
			return target{op: opText, text: &l.Error}
		case "connect_info":
			return target{op: opText, text: &l.Service}
		case "result":
			return target{op: opResult, tri: &l.Success}
		}
	case kindLDAP:
		switch string(key) {
		case "object", "objects":
			return target{op: opText, text: &l.Account}
		case "opcode", "opcodes":
			return target{op: opText, text: &l.Service}
		case "result", "results":
			return target{op: opResult, tri: &l.Success}
		case "diagnostic_message", "diagnostic_messages":
			return target{op: opText, text: &l.Error}
		}
	case kindRFB:
		switch string(key) {
		case "authentication_method":
			return target{op: opText, text: &l.Service}
		case "auth":
			return target{op: opTri, tri: &l.Success}
		case "desktop_name":
			return target{op: opText, text: &l.Server}
		}
	}
	return headField(&l.Head, key)
}

func callField(p *parser, k kind, key []byte) target {
	c := &p.call
	switch k {
	case kindDCERPC:
		switch string(key) {
		case "endpoint":
			return target{op: opText, text: &c.Object}
		case "operation":
			return target{op: opText, text: &c.Verb}
		case "named_pipe":
			return target{op: opText, text: &c.Via}
		}
	case kindSMBMapping:
		switch string(key) {
		case "path":
			return target{op: opText, text: &c.Object}
		case "share_type":
			return target{op: opText, text: &c.Verb}
		case "service":
			return target{op: opText, text: &c.Via}
		}
	case kindLDAPSearch:
		switch string(key) {
		case "base_object", "base_objects":
			return target{op: opText, text: &c.Object}
		case "scope", "scopes":
			return target{op: opText, text: &c.Verb}
		case "filter":
			return target{op: opText, text: &c.Via}
		case "result", "results":
			return target{op: opText, text: &c.Result}
		case "result_count":
			return target{op: opSize, num: &c.Count}
		}
	case kindSNMP: // the community is a password
		switch string(key) {
		case "display_string":
			return target{op: opText, text: &c.Object}
		case "version":
			return target{op: opText, text: &c.Verb}
		case "get_responses":
			return target{op: opSize, num: &c.Count}
		}
	}
	return headField(&c.Head, key)
}

// mailField leaves subject, header addresses and ids of messages alone.
func mailField(p *parser, key []byte) target {
	m := &p.mail
	switch string(key) {
	case "helo":
		return target{op: opText, text: &m.Helo}
	case "mailfrom":
		return target{op: opText, text: &m.From}
	case "rcptto":
		return target{op: opList, list: &m.To}
	case "user_agent":
		return target{op: opText, text: &m.UserAgent}
	case "last_reply":
		return target{op: opReply, code: &m.Code}
	case "tls":
		return target{op: opBool, flag: &m.TLS}
	case "fuids":
		return target{op: opList, list: &m.FUIDs}
	}
	return headField(&m.Head, key)
}

func tunnelField(p *parser, k kind, key []byte) target {
	t := &p.tunnel
	if k == kindTunnel {
		switch string(key) {
		case "tunnel_type":
			return target{op: opText, text: &t.Type}
		case "action":
			return target{op: opText, text: &t.Action}
		}
		return headField(&t.Head, key)
	}
	switch string(key) {
	case "version":
		return target{op: opText, text: &t.Type}
	case "user":
		return target{op: opText, text: &t.Account}
	case "status":
		return target{op: opText, text: &t.Action}
	case "request.name", "request_name":
		return target{op: opPrefer, text: &t.FarHost, have: haveFarName}
	case "request.host", "request_host":
		return target{op: opFallBack, text: &t.FarHost, have: haveFarName}
	case "request_p":
		return target{op: opPort, port: &t.FarPort}
	}
	return headField(&t.Head, key)
}

func quicField(p *parser, key []byte) target {
	switch string(key) {
	case "version":
		return target{op: opText, text: &p.ssl.Version}
	case "server_name":
		return target{op: opText, text: &p.ssl.ServerName}
	}
	return headField(&p.ssl.Head, key)
}

func softwareField(p *parser, key []byte) target {
	w := &p.software
	switch string(key) {
	case "host":
		return target{op: opAddr, addr: &w.Orig}
	case "host_p":
		return target{op: opPort, port: &w.OrigPort}
	case "software_type":
		return target{op: opText, text: &w.Type}
	case "name":
		return target{op: opText, text: &w.Name}
	case "unparsed_version":
		return target{op: opText, text: &w.Version}
	case "ts":
		return headField(&w.Head, key)
	}
	return sensorField(key)
}

func noteField(p *parser, k kind, key []byte) target {
	n := &p.note
	switch k {
	case kindNotice:
		switch string(key) {
		case "note":
			return target{op: opText, text: &n.Name}
		case "msg":
			return target{op: opText, text: &n.Message}
		case "fuid":
			return target{op: opText, text: &n.FUID}
		case "proto":
			return target{op: opProto}
		case "src":
			return target{op: opAddrUnless, addr: &n.Orig, have: haveOrig}
		case "dst":
			return target{op: opAddrUnless, addr: &n.Resp, have: haveResp}
		}
	case kindWeird:
		switch string(key) {
		case "name":
			return target{op: opText, text: &n.Name}
		case "addl":
			return target{op: opText, text: &n.Message}
		}
	case kindDPD:
		switch string(key) {
		case "analyzer":
			return target{op: opText, text: &n.Name}
		case "failure_reason":
			return target{op: opText, text: &n.Message}
		case "proto":
			return target{op: opProto}
		}
	case kindAnalyzer:
		switch string(key) {
		case "analyzer_name":
			return target{op: opText, text: &n.Name}
		case "failure_reason":
			return target{op: opText, text: &n.Message}
		case "fuid":
			return target{op: opText, text: &n.FUID}
		}
	case kindReporter:
		switch string(key) {
		case "level":
			return target{op: opText, text: &n.Name}
		case "message":
			return target{op: opText, text: &n.Message}
		}
	case kindPE:
		switch string(key) {
		case "id":
			return target{op: opText, text: &n.FUID}
		case "subsystem":
			return target{op: opText, text: &n.Name}
		case "machine":
			return target{op: opText, text: &n.Message}
		}
	}
	return headField(&n.Head, key)
}
