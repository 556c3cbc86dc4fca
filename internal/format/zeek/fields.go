package zeek

import "barium/internal/event"

// field returns where the field named key of log type k goes; its op is opNone
// for a field that is not kept. Names with underscores in place of dots are how
// some exporters write them.
func field(p *parser, k kind, key []byte) target {
	switch k {
	case kindConn:
		return connField(p, key)
	case kindDNS:
		return dnsField(p, key)
	case kindHTTP:
		return httpField(p, key)
	case kindSSL:
		return sslField(p, key)
	case kindX509:
		return x509Field(p, key)
	case kindFile:
		return fileField(p, key)
	case kindSMBFile:
		return smbField(p, key)
	case kindFTP:
		return ftpField(p, key)
	case kindDHCP:
		return dhcpField(p, key)
	case kindCaptureLoss:
		return lossField(p, key)
	}
	return accessField(p, k, key)
}

func headField(h *event.Head, key []byte) target {
	switch string(key) {
	case "ts":
		return target{op: opMoment}
	case "uid":
		return target{op: opText, text: &h.UID}
	case "id.orig_h", "id_orig_h":
		return target{op: opAddr, addr: &h.Orig, have: haveOrig}
	case "id.resp_h", "id_resp_h":
		return target{op: opAddr, addr: &h.Resp, have: haveResp}
	case "id.orig_p", "id_orig_p":
		return target{op: opPort, port: &h.OrigPort}
	case "id.resp_p", "id_resp_p":
		return target{op: opPort, port: &h.RespPort}
	}
	return sensorField(key)
}

// noSensor ranks behind every field that may name the sensor.
const noSensor = 5

func sensorField(key []byte) target {
	switch string(key) {
	case "_system_name":
		return target{op: opSensor, rank: 0}
	case "@system":
		return target{op: opSensor, rank: 1}
	case "_node_name":
		return target{op: opSensor, rank: 2}
	case "sensor":
		return target{op: opSensor, rank: 3}
	case "sensor_name":
		return target{op: opSensor, rank: 4}
	}
	return target{}
}

func connField(p *parser, key []byte) target {
	switch string(key) {
	case "proto":
		return target{op: opProto}
	case "service":
		return target{op: opText, text: &p.conn.Service}
	case "duration":
		return target{op: opInterval, num: &p.conn.Duration}
	case "orig_bytes":
		return target{op: opSize, num: &p.conn.OrigBytes}
	case "resp_bytes":
		return target{op: opSize, num: &p.conn.RespBytes}
	case "conn_state":
		return target{op: opState}
	case "local_orig":
		return target{op: opTri, tri: &p.conn.LocalOrig}
	case "local_resp":
		return target{op: opTri, tri: &p.conn.LocalResp}
	case "missed_bytes":
		return target{op: opSize, num: &p.conn.MissedBytes}
	case "history":
		return target{op: opText, text: &p.conn.History}
	case "orig_pkts":
		return target{op: opSize, num: &p.conn.OrigPkts}
	case "orig_ip_bytes":
		return target{op: opSize, num: &p.conn.OrigIPBytes}
	case "resp_pkts":
		return target{op: opSize, num: &p.conn.RespPkts}
	case "resp_ip_bytes":
		return target{op: opSize, num: &p.conn.RespIPBytes}
	}
	return headField(&p.conn.Head, key)
}

func dnsField(p *parser, key []byte) target {
	switch string(key) {
	case "proto":
		return target{op: opProto}
	case "query":
		return target{op: opText, text: &p.dns.Query}
	case "qtype":
		return target{op: opCode, code: &p.dns.QType}
	case "rcode":
		return target{op: opCode, code: &p.dns.RCode}
	case "answers":
		return target{op: opList, list: &p.dns.Answers}
	case "rejected":
		return target{op: opBool, flag: &p.dns.Rejected}
	}
	return headField(&p.dns.Head, key)
}

func httpField(p *parser, key []byte) target {
	switch string(key) {
	case "trans_depth":
		return target{op: opSize, num: &p.http.Depth}
	case "method":
		return target{op: opText, text: &p.http.Method}
	case "host":
		return target{op: opText, text: &p.http.Host}
	case "uri":
		return target{op: opText, text: &p.http.URI}
	case "user_agent":
		return target{op: opText, text: &p.http.UserAgent}
	case "username":
		return target{op: opText, text: &p.http.Username}
	case "request_body_len":
		return target{op: opSize, num: &p.http.ReqLen}
	case "response_body_len":
		return target{op: opSize, num: &p.http.RespLen}
	case "status_code":
		return target{op: opCode, code: &p.http.Status}
	case "proxied":
		return target{op: opAny, flag: &p.http.Proxied}
	case "orig_fuids":
		return target{op: opList, list: &p.http.OrigFUIDs}
	case "orig_filenames":
		return target{op: opList, list: &p.http.OrigFilenames}
	case "orig_mime_types":
		return target{op: opList, list: &p.http.OrigMIME}
	case "resp_fuids":
		return target{op: opList, list: &p.http.RespFUIDs}
	case "resp_mime_types":
		return target{op: opList, list: &p.http.RespMIME}
	}
	return headField(&p.http.Head, key)
}

func sslField(p *parser, key []byte) target {
	switch string(key) {
	case "version":
		return target{op: opText, text: &p.ssl.Version}
	case "server_name":
		return target{op: opText, text: &p.ssl.ServerName}
	case "resumed":
		return target{op: opBool, flag: &p.ssl.Resumed}
	case "established":
		return target{op: opBool, flag: &p.ssl.Established}
	case "subject":
		return target{op: opText, text: &p.ssl.Subject}
	case "issuer", "issuer_subject":
		return target{op: opText, text: &p.ssl.Issuer}
	case "client_subject":
		return target{op: opText, text: &p.ssl.ClientSubject}
	case "client_issuer", "client_issuer_subject":
		return target{op: opText, text: &p.ssl.ClientIssuer}
	case "validation_status":
		return target{op: opText, text: &p.ssl.ValidationStatus}
	case "ja3":
		return target{op: opText, text: &p.ssl.JA3}
	case "ja3s":
		return target{op: opText, text: &p.ssl.JA3S}
	case "ja4":
		return target{op: opText, text: &p.ssl.JA4}
	case "cert_chain_fps":
		return target{op: opPreferFirst, text: &p.ssl.CertID, have: haveFPS}
	case "cert_chain_fuids":
		return target{op: opFallBackFirst, text: &p.ssl.CertID, have: haveFPS}
	case "client_cert_chain_fps":
		return target{op: opPreferFirst, text: &p.ssl.ClientCertID, have: haveClientFPS}
	case "client_cert_chain_fuids":
		return target{op: opFallBackFirst, text: &p.ssl.ClientCertID, have: haveClientFPS}
	}
	return headField(&p.ssl.Head, key)
}

func x509Field(p *parser, key []byte) target {
	switch string(key) {
	case "ts":
		return headField(&p.x509.Head, key)
	case "fingerprint":
		return target{op: opPrefer, text: &p.x509.ID, have: haveFingerprint}
	case "id":
		return target{op: opFallBack, text: &p.x509.ID, have: haveFingerprint}
	case "certificate.serial", "certificate_serial":
		return target{op: opText, text: &p.x509.Serial}
	case "certificate.subject", "certificate_subject":
		return target{op: opText, text: &p.x509.Subject}
	case "certificate.issuer", "certificate_issuer":
		return target{op: opText, text: &p.x509.Issuer}
	case "certificate.not_valid_before", "certificate_not_valid_before":
		return target{op: opAnyTime, num: (*int64)(&p.x509.NotBefore)}
	case "certificate.not_valid_after", "certificate_not_valid_after":
		return target{op: opAnyTime, num: (*int64)(&p.x509.NotAfter)}
	case "certificate.key_alg", "certificate_key_alg":
		return target{op: opText, text: &p.x509.KeyAlg}
	case "certificate.key_length", "certificate_key_length":
		return target{op: opSize, num: &p.x509.KeyLength}
	case "san.dns", "san_dns":
		return target{op: opList, list: &p.x509.SANDNS}
	case "basic_constraints.ca", "basic_constraints_ca":
		return target{op: opTri, tri: &p.x509.CA}
	}
	return sensorField(key)
}

func fileField(p *parser, key []byte) target {
	switch string(key) {
	case "fuid":
		return target{op: opText, text: &p.file.FUID}
	case "tx_hosts":
		return target{op: opFirstAddr, addr: &p.file.TX}
	case "rx_hosts":
		return target{op: opFirstAddr, addr: &p.file.RX}
	case "conn_uids":
		return target{op: opFirst, text: &p.file.UID}
	case "source":
		return target{op: opText, text: &p.file.Protocol}
	case "mime_type":
		return target{op: opText, text: &p.file.MIME}
	case "filename":
		return target{op: opText, text: &p.file.Filename}
	case "is_orig":
		return target{op: opTri, tri: &p.file.IsOrig}
	case "seen_bytes":
		return target{op: opSize, num: &p.file.Seen}
	case "total_bytes":
		return target{op: opSize, num: &p.file.Total}
	case "missing_bytes":
		return target{op: opSize, num: &p.file.Missing}
	case "md5":
		return target{op: opText, text: &p.file.MD5}
	case "sha1":
		return target{op: opText, text: &p.file.SHA1}
	case "sha256":
		return target{op: opText, text: &p.file.SHA256}
	}
	return headField(&p.file.Head, key)
}

func smbField(p *parser, key []byte) target {
	switch string(key) {
	case "fuid":
		return target{op: opText, text: &p.smb.FUID}
	case "action":
		return target{op: opText, text: &p.smb.Action}
	case "path":
		return target{op: opText, text: &p.smb.Path}
	case "name":
		return target{op: opText, text: &p.smb.Name}
	case "size":
		return target{op: opSize, num: &p.smb.Size}
	}
	return headField(&p.smb.Head, key)
}

func ftpField(p *parser, key []byte) target {
	switch string(key) {
	case "user":
		return target{op: opText, text: &p.ftp.User}
	case "command":
		return target{op: opText, text: &p.ftp.Command}
	case "arg":
		return target{op: opText, text: &p.ftp.Arg}
	case "mime_type":
		return target{op: opText, text: &p.ftp.MIME}
	case "file_size":
		return target{op: opSize, num: &p.ftp.FileSize}
	case "reply_code":
		return target{op: opCode, code: &p.ftp.ReplyCode}
	case "data_channel.resp_h", "data_channel_resp_h":
		return target{op: opAddr, addr: &p.ftp.DataResp}
	case "data_channel.resp_p", "data_channel_resp_p":
		return target{op: opDataPort}
	case "fuid":
		return target{op: opText, text: &p.ftp.FUID}
	}
	return headField(&p.ftp.Head, key)
}

func dhcpField(p *parser, key []byte) target {
	switch string(key) {
	case "uids":
		return target{op: opFirst, text: &p.dhcp.UID}
	case "client_addr":
		return target{op: opAddr, addr: &p.dhcp.Client, have: haveClient}
	case "assigned_addr", "assigned_ip":
		return target{op: opAddr, addr: &p.dhcp.Assigned}
	case "mac":
		return target{op: opText, text: &p.dhcp.MAC}
	case "host_name":
		return target{op: opText, text: &p.dhcp.HostName, have: haveHostName}
	case "client_fqdn":
		return target{op: opFallBack, text: &p.dhcp.HostName, have: haveHostName}
	case "domain":
		return target{op: opText, text: &p.dhcp.Domain}
	case "lease_time":
		return target{op: opInterval, num: &p.dhcp.Lease}
	}
	return headField(&p.dhcp.Head, key)
}

func lossField(p *parser, key []byte) target {
	switch string(key) {
	case "ts_delta":
		return target{op: opInterval, num: &p.loss.Delta}
	case "peer":
		return target{op: opText, text: &p.loss.Peer}
	case "gaps":
		return target{op: opSize, num: &p.loss.Gaps}
	case "acks":
		return target{op: opSize, num: &p.loss.Acks}
	case "percent_lost":
		return target{op: opPercent}
	}
	return headField(&p.loss.Head, key)
}
