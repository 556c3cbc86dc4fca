package zeek

import "barium/internal/event"

// setter puts one value into the current record of p.
type setter func(p *parser, v value)

// field returns what the field named key of log type k sets, nil for a field
// that is not kept. Names with underscores in place of dots are how some
// exporters write them.
func field(k kind, key []byte) setter {
	switch k {
	case kindConn:
		return connField(key)
	case kindDNS:
		return dnsField(key)
	case kindHTTP:
		return httpField(key)
	case kindSSL:
		return sslField(key)
	case kindX509:
		return x509Field(key)
	case kindFile:
		return fileField(key)
	case kindSMBFile:
		return smbField(key)
	case kindFTP:
		return ftpField(key)
	case kindDHCP:
		return dhcpField(key)
	case kindCaptureLoss:
		return lossField(key)
	}
	return nil
}

func headField(key []byte) setter {
	switch string(key) {
	case "ts":
		return func(p *parser, v value) { p.head.TS = p.moment(v); p.have |= haveTS }
	case "uid":
		return func(p *parser, v value) { p.head.UID = p.text(v) }
	case "id.orig_h", "id_orig_h":
		return func(p *parser, v value) { p.head.Orig = p.addr(v); p.have |= haveOrig }
	case "id.resp_h", "id_resp_h":
		return func(p *parser, v value) { p.head.Resp = p.addr(v); p.have |= haveResp }
	case "id.orig_p", "id_orig_p":
		return func(p *parser, v value) { p.head.OrigPort = p.port(v) }
	case "id.resp_p", "id_resp_p":
		return func(p *parser, v value) { p.head.RespPort = p.port(v) }
	}
	return sensorField(key)
}

// noSensor ranks behind every field that may name the sensor.
const noSensor = 5

func sensorField(key []byte) setter {
	switch string(key) {
	case "_system_name":
		return func(p *parser, v value) { p.sensor(v, 0) }
	case "@system":
		return func(p *parser, v value) { p.sensor(v, 1) }
	case "_node_name":
		return func(p *parser, v value) { p.sensor(v, 2) }
	case "sensor":
		return func(p *parser, v value) { p.sensor(v, 3) }
	case "sensor_name":
		return func(p *parser, v value) { p.sensor(v, 4) }
	}
	return nil
}

// sensor takes the sensor's name from the best field that has one.
func (p *parser) sensor(v value, rank int) {
	if b := p.text(v); rank <= p.rank && len(b) > 0 {
		p.head.Sensor, p.rank = b, rank
	}
}

func connField(key []byte) setter {
	switch string(key) {
	case "proto":
		return func(p *parser, v value) { p.conn.Proto = proto(p.text(v)) }
	case "service":
		return func(p *parser, v value) { p.conn.Service = p.text(v) }
	case "duration":
		return func(p *parser, v value) { p.conn.Duration = p.interval(v) }
	case "orig_bytes":
		return func(p *parser, v value) { p.conn.OrigBytes = p.size(v) }
	case "resp_bytes":
		return func(p *parser, v value) { p.conn.RespBytes = p.size(v) }
	case "conn_state":
		return func(p *parser, v value) { p.conn.State = event.ParseConnState(p.text(v)) }
	case "local_orig":
		return func(p *parser, v value) { p.conn.LocalOrig = p.tri(v) }
	case "local_resp":
		return func(p *parser, v value) { p.conn.LocalResp = p.tri(v) }
	case "missed_bytes":
		return func(p *parser, v value) { p.conn.MissedBytes = p.size(v) }
	case "history":
		return func(p *parser, v value) { p.conn.History = p.text(v) }
	case "orig_pkts":
		return func(p *parser, v value) { p.conn.OrigPkts = p.size(v) }
	case "orig_ip_bytes":
		return func(p *parser, v value) { p.conn.OrigIPBytes = p.size(v) }
	case "resp_pkts":
		return func(p *parser, v value) { p.conn.RespPkts = p.size(v) }
	case "resp_ip_bytes":
		return func(p *parser, v value) { p.conn.RespIPBytes = p.size(v) }
	}
	return headField(key)
}

func proto(b []byte) event.Proto {
	switch string(b) {
	case "tcp":
		return event.ProtoTCP
	case "udp":
		return event.ProtoUDP
	case "icmp":
		return event.ProtoICMP
	}
	return event.ProtoUnknown
}

func dnsField(key []byte) setter {
	switch string(key) {
	case "proto":
		return func(p *parser, v value) { p.dns.Proto = proto(p.text(v)) }
	case "query":
		return func(p *parser, v value) { p.dns.Query = p.text(v) }
	case "qtype":
		return func(p *parser, v value) { p.dns.QType = p.code(v) }
	case "rcode":
		return func(p *parser, v value) { p.dns.RCode = p.code(v) }
	case "answers":
		return func(p *parser, v value) { p.dns.Answers = p.list(p.dns.Answers[:0], v) }
	case "rejected":
		return func(p *parser, v value) { p.dns.Rejected = p.tri(v) == event.Yes }
	}
	return headField(key)
}

func httpField(key []byte) setter {
	switch string(key) {
	case "trans_depth":
		return func(p *parser, v value) { p.http.Depth = p.size(v) }
	case "method":
		return func(p *parser, v value) { p.http.Method = p.text(v) }
	case "host":
		return func(p *parser, v value) { p.http.Host = p.text(v) }
	case "uri":
		return func(p *parser, v value) { p.http.URI = p.text(v) }
	case "user_agent":
		return func(p *parser, v value) { p.http.UserAgent = p.text(v) }
	case "username":
		return func(p *parser, v value) { p.http.Username = p.text(v) }
	case "request_body_len":
		return func(p *parser, v value) { p.http.ReqLen = p.size(v) }
	case "response_body_len":
		return func(p *parser, v value) { p.http.RespLen = p.size(v) }
	case "status_code":
		return func(p *parser, v value) { p.http.Status = p.code(v) }
	case "proxied":
		return func(p *parser, v value) { p.http.Proxied = p.first(v) != nil }
	case "orig_fuids":
		return func(p *parser, v value) { p.http.OrigFUIDs = p.list(p.http.OrigFUIDs[:0], v) }
	case "orig_filenames":
		return func(p *parser, v value) { p.http.OrigFilenames = p.list(p.http.OrigFilenames[:0], v) }
	case "orig_mime_types":
		return func(p *parser, v value) { p.http.OrigMIME = p.list(p.http.OrigMIME[:0], v) }
	case "resp_fuids":
		return func(p *parser, v value) { p.http.RespFUIDs = p.list(p.http.RespFUIDs[:0], v) }
	case "resp_mime_types":
		return func(p *parser, v value) { p.http.RespMIME = p.list(p.http.RespMIME[:0], v) }
	}
	return headField(key)
}

func sslField(key []byte) setter {
	switch string(key) {
	case "version":
		return func(p *parser, v value) { p.ssl.Version = p.text(v) }
	case "server_name":
		return func(p *parser, v value) { p.ssl.ServerName = p.text(v) }
	case "resumed":
		return func(p *parser, v value) { p.ssl.Resumed = p.tri(v) == event.Yes }
	case "established":
		return func(p *parser, v value) { p.ssl.Established = p.tri(v) == event.Yes }
	case "subject":
		return func(p *parser, v value) { p.ssl.Subject = p.text(v) }
	case "issuer", "issuer_subject":
		return func(p *parser, v value) { p.ssl.Issuer = p.text(v) }
	case "client_subject":
		return func(p *parser, v value) { p.ssl.ClientSubject = p.text(v) }
	case "client_issuer", "client_issuer_subject":
		return func(p *parser, v value) { p.ssl.ClientIssuer = p.text(v) }
	case "validation_status":
		return func(p *parser, v value) { p.ssl.ValidationStatus = p.text(v) }
	case "ja3":
		return func(p *parser, v value) { p.ssl.JA3 = p.text(v) }
	case "ja3s":
		return func(p *parser, v value) { p.ssl.JA3S = p.text(v) }
	case "ja4":
		return func(p *parser, v value) { p.ssl.JA4 = p.text(v) }
	case "cert_chain_fps":
		return func(p *parser, v value) { p.prefer(&p.ssl.CertID, p.first(v), haveFPS) }
	case "cert_chain_fuids":
		return func(p *parser, v value) { p.fallBack(&p.ssl.CertID, p.first(v), haveFPS) }
	case "client_cert_chain_fps":
		return func(p *parser, v value) { p.prefer(&p.ssl.ClientCertID, p.first(v), haveClientFPS) }
	case "client_cert_chain_fuids":
		return func(p *parser, v value) { p.fallBack(&p.ssl.ClientCertID, p.first(v), haveClientFPS) }
	}
	return headField(key)
}

// prefer sets dst to b, unless that is empty, and notes that a better field than
// the one for fallBack has given it.
func (p *parser) prefer(dst *[]byte, b []byte, h have) {
	if len(b) > 0 {
		*dst = b
		p.have |= h
	}
}

// fallBack sets dst to b unless prefer has set it.
func (p *parser) fallBack(dst *[]byte, b []byte, h have) {
	if p.have&h == 0 {
		*dst = b
	}
}

func x509Field(key []byte) setter {
	switch string(key) {
	case "ts":
		return headField(key)
	case "fingerprint":
		return func(p *parser, v value) { p.prefer(&p.x509.ID, p.text(v), haveFingerprint) }
	case "id":
		return func(p *parser, v value) { p.fallBack(&p.x509.ID, p.text(v), haveFingerprint) }
	case "certificate.serial", "certificate_serial":
		return func(p *parser, v value) { p.x509.Serial = p.text(v) }
	case "certificate.subject", "certificate_subject":
		return func(p *parser, v value) { p.x509.Subject = p.text(v) }
	case "certificate.issuer", "certificate_issuer":
		return func(p *parser, v value) { p.x509.Issuer = p.text(v) }
	case "certificate.not_valid_before", "certificate_not_valid_before":
		return func(p *parser, v value) { p.x509.NotBefore = p.anyTime(v) }
	case "certificate.not_valid_after", "certificate_not_valid_after":
		return func(p *parser, v value) { p.x509.NotAfter = p.anyTime(v) }
	case "certificate.key_alg", "certificate_key_alg":
		return func(p *parser, v value) { p.x509.KeyAlg = p.text(v) }
	case "certificate.key_length", "certificate_key_length":
		return func(p *parser, v value) { p.x509.KeyLength = p.size(v) }
	case "san.dns", "san_dns":
		return func(p *parser, v value) { p.x509.SANDNS = p.list(p.x509.SANDNS[:0], v) }
	case "basic_constraints.ca", "basic_constraints_ca":
		return func(p *parser, v value) { p.x509.CA = p.tri(v) }
	}
	return sensorField(key)
}

func fileField(key []byte) setter {
	switch string(key) {
	case "fuid":
		return func(p *parser, v value) { p.file.FUID = p.text(v) }
	case "tx_hosts":
		return func(p *parser, v value) { p.file.TX = p.firstAddr(v) }
	case "rx_hosts":
		return func(p *parser, v value) { p.file.RX = p.firstAddr(v) }
	case "conn_uids":
		return func(p *parser, v value) { p.head.UID = p.first(v) }
	case "source":
		return func(p *parser, v value) { p.file.Protocol = p.text(v) }
	case "mime_type":
		return func(p *parser, v value) { p.file.MIME = p.text(v) }
	case "filename":
		return func(p *parser, v value) { p.file.Filename = p.text(v) }
	case "is_orig":
		return func(p *parser, v value) { p.file.IsOrig = p.tri(v) }
	case "seen_bytes":
		return func(p *parser, v value) { p.file.Seen = p.size(v) }
	case "total_bytes":
		return func(p *parser, v value) { p.file.Total = p.size(v) }
	case "missing_bytes":
		return func(p *parser, v value) { p.file.Missing = p.size(v) }
	case "md5":
		return func(p *parser, v value) { p.file.MD5 = p.text(v) }
	case "sha1":
		return func(p *parser, v value) { p.file.SHA1 = p.text(v) }
	case "sha256":
		return func(p *parser, v value) { p.file.SHA256 = p.text(v) }
	}
	return headField(key)
}

func smbField(key []byte) setter {
	switch string(key) {
	case "fuid":
		return func(p *parser, v value) { p.smb.FUID = p.text(v) }
	case "action":
		return func(p *parser, v value) { p.smb.Action = p.text(v) }
	case "path":
		return func(p *parser, v value) { p.smb.Path = p.text(v) }
	case "name":
		return func(p *parser, v value) { p.smb.Name = p.text(v) }
	case "size":
		return func(p *parser, v value) { p.smb.Size = p.size(v) }
	}
	return headField(key)
}

func ftpField(key []byte) setter {
	switch string(key) {
	case "user":
		return func(p *parser, v value) { p.ftp.User = p.text(v) }
	case "command":
		return func(p *parser, v value) { p.ftp.Command = p.text(v) }
	case "arg":
		return func(p *parser, v value) { p.ftp.Arg = p.text(v) }
	case "mime_type":
		return func(p *parser, v value) { p.ftp.MIME = p.text(v) }
	case "file_size":
		return func(p *parser, v value) { p.ftp.FileSize = p.size(v) }
	case "reply_code":
		return func(p *parser, v value) { p.ftp.ReplyCode = p.code(v) }
	case "data_channel.resp_h", "data_channel_resp_h":
		return func(p *parser, v value) { p.ftp.DataResp = p.addr(v) }
	case "data_channel.resp_p", "data_channel_resp_p":
		return func(p *parser, v value) { p.ftp.DataPort = int(p.port(v)) }
	case "fuid":
		return func(p *parser, v value) { p.ftp.FUID = p.text(v) }
	}
	return headField(key)
}

func dhcpField(key []byte) setter {
	switch string(key) {
	case "uids":
		return func(p *parser, v value) { p.head.UID = p.first(v) }
	case "client_addr":
		return func(p *parser, v value) { p.dhcp.Client = p.addr(v); p.have |= haveClient }
	case "assigned_addr", "assigned_ip":
		return func(p *parser, v value) { p.dhcp.Assigned = p.addr(v) }
	case "mac":
		return func(p *parser, v value) { p.dhcp.MAC = p.text(v) }
	case "host_name":
		return func(p *parser, v value) { p.dhcp.HostName = p.text(v); p.have |= haveHostName }
	case "client_fqdn":
		return func(p *parser, v value) {
			if p.have&haveHostName == 0 {
				p.dhcp.HostName = p.text(v)
			}
		}
	case "domain":
		return func(p *parser, v value) { p.dhcp.Domain = p.text(v) }
	case "lease_time":
		return func(p *parser, v value) { p.dhcp.Lease = p.interval(v) }
	}
	return headField(key)
}

func lossField(key []byte) setter {
	switch string(key) {
	case "ts_delta":
		return func(p *parser, v value) { p.loss.Delta = p.interval(v) }
	case "peer":
		return func(p *parser, v value) { p.loss.Peer = p.text(v) }
	case "gaps":
		return func(p *parser, v value) { p.loss.Gaps = p.size(v) }
	case "acks":
		return func(p *parser, v value) { p.loss.Acks = p.size(v) }
	case "percent_lost":
		return func(p *parser, v value) { p.loss.Percent = p.percent(v) }
	}
	return headField(key)
}
