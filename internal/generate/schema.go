package generate

import "strings"

// A schema lists the columns of one log as Zeek 6 with its local policy writes
// them: "name type" pairs in order.
type schema struct {
	path  string
	names []string
	types []string
}

const headColumns = "ts time, uid string, id.orig_h addr, id.orig_p port, id.resp_h addr, id.resp_p port, "

func newSchema(path, columns string) schema {
	s := schema{path: path}
	for column := range strings.SplitSeq(columns, ", ") {
		name, typ, _ := strings.Cut(column, " ")
		s.names = append(s.names, name)
		s.types = append(s.types, typ)
	}
	return s
}

func connSchema() schema {
	return newSchema("conn", headColumns+"proto enum, service string, duration interval, orig_bytes count, "+
		"resp_bytes count, conn_state string, local_orig bool, local_resp bool, missed_bytes count, history string, "+
		"orig_pkts count, orig_ip_bytes count, resp_pkts count, resp_ip_bytes count, tunnel_parents set[string]")
}

func dnsSchema() schema {
	return newSchema("dns", headColumns+"proto enum, trans_id count, rtt interval, query string, qclass count, "+
		"qclass_name string, qtype count, qtype_name string, rcode count, rcode_name string, AA bool, TC bool, "+
		"RD bool, RA bool, Z count, answers vector[string], TTLs vector[interval], rejected bool")
}

func httpSchema() schema {
	return newSchema("http", headColumns+"trans_depth count, method string, host string, uri string, "+
		"referrer string, version string, user_agent string, origin string, request_body_len count, "+
		"response_body_len count, status_code count, status_msg string, info_code count, info_msg string, "+
		"tags set[enum], username string, password string, proxied set[string], orig_fuids vector[string], "+
		"orig_filenames vector[string], orig_mime_types vector[string], resp_fuids vector[string], "+
		"resp_filenames vector[string], resp_mime_types vector[string]")
}

func sslSchema() schema {
	return newSchema("ssl", headColumns+"version string, cipher string, curve string, server_name string, "+
		"resumed bool, last_alert string, next_protocol string, established bool, ssl_history string, "+
		"cert_chain_fps vector[string], client_cert_chain_fps vector[string], sni_matches_cert bool, "+
		"validation_status string")
}

func x509Schema() schema {
	return newSchema("x509", "ts time, fingerprint string, certificate.version count, certificate.serial string, "+
		"certificate.subject string, certificate.issuer string, certificate.not_valid_before time, "+
		"certificate.not_valid_after time, certificate.key_alg string, certificate.sig_alg string, "+
		"certificate.key_type string, certificate.key_length count, certificate.exponent string, "+
		"certificate.curve string, san.dns vector[string], san.uri vector[string], san.email vector[string], "+
		"san.ip vector[addr], basic_constraints.ca bool, basic_constraints.path_len count, host_cert bool, "+
		"client_cert bool")
}

func filesSchema() schema {
	return newSchema("files", "ts time, fuid string, uid string, id.orig_h addr, id.orig_p port, id.resp_h addr, "+
		"id.resp_p port, source string, depth count, analyzers set[string], mime_type string, filename string, "+
		"duration interval, local_orig bool, is_orig bool, seen_bytes count, total_bytes count, "+
		"missing_bytes count, overflow_bytes count, timedout bool, parent_fuid string, md5 string, sha1 string, "+
		"sha256 string, extracted string, extracted_cutoff bool, extracted_size count")
}

func smbSchema() schema {
	return newSchema("smb_files", headColumns+"fuid string, action enum, path string, name string, size count, "+
		"prev_name string, times.modified time, times.accessed time, times.created time, times.changed time")
}

func ftpSchema() schema {
	return newSchema("ftp", headColumns+"user string, password string, command string, arg string, "+
		"mime_type string, file_size count, reply_code count, reply_msg string, data_channel.passive bool, "+
		"data_channel.orig_h addr, data_channel.resp_h addr, data_channel.resp_p port, fuid string")
}

func dhcpSchema() schema {
	return newSchema("dhcp", "ts time, uids set[string], client_addr addr, server_addr addr, mac string, "+
		"host_name string, client_fqdn string, domain string, requested_addr addr, assigned_addr addr, "+
		"lease_time interval, client_message string, server_message string, msg_types vector[string], "+
		"duration interval")
}

func lossSchema() schema {
	return newSchema("capture_loss", "ts time, ts_delta interval, peer string, gaps count, acks count, "+
		"percent_lost double")
}
