package eve

import "barium/internal/format/formattest"

// One event of each type that becomes a record, with fields as Suricata names
// them. They are made up; real_test.go reads a real log.
const (
	flowTCP  = `{"timestamp":"2026-03-02T10:00:00.000001+0100","flow_id":1374195536821504,"in_iface":"eth0","event_type":"flow","src_ip":"10.1.0.5","src_port":51698,"dest_ip":"203.0.113.7","dest_port":443,"proto":"TCP","app_proto":"tls","flow":{"pkts_toserver":10,"pkts_toclient":8,"bytes_toserver":9000,"bytes_toclient":1200,"start":"2026-03-02T09:59:30.250000+0100","end":"2026-03-02T09:59:40.750001+0100","age":10,"state":"closed","reason":"timeout","alerted":false},"tcp":{"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"1b","syn":true,"fin":true,"psh":true,"ack":true,"state":"closed"},"host":"sensor1"}`
	flowICMP = `{"timestamp":"2026-03-02T10:00:00.000001Z","flow_id":7,"event_type":"flow","src_ip":"2001:db8::5","dest_ip":"2001:db8::9","proto":"IPv6-ICMP","icmp_type":128,"icmp_code":0,"response_icmp_type":129,"response_icmp_code":0,"flow":{"pkts_toserver":2,"pkts_toclient":2,"bytes_toserver":2000,"bytes_toclient":236,"start":"2026-03-02T09:00:00.000000+0000","age":3,"state":"established","reason":"timeout","alerted":false}}`
	netflow  = `{"timestamp":"2026-03-02T10:00:00.000001+0000","flow_id":7,"event_type":"netflow","src_ip":"10.1.0.5","src_port":51698,"dest_ip":"203.0.113.7","dest_port":443,"proto":"TCP","netflow":{"pkts":10,"bytes":9000,"start":"2026-03-02T09:59:30.250000+0000","end":"2026-03-02T09:59:40.750001+0000","age":10,"min_ttl":63,"max_ttl":63}}`

	dnsQuery1   = `{"timestamp":"2026-03-02T10:00:00.1+0000","flow_id":8,"event_type":"dns","src_ip":"10.1.0.5","src_port":5353,"dest_ip":"10.1.0.1","dest_port":53,"proto":"UDP","dns":{"type":"query","id":16000,"rrname":"www.example.org","rrtype":"A","tx_id":0}}`
	dnsAnswer1  = `{"timestamp":"2026-03-02T10:00:00.2+0000","flow_id":8,"event_type":"dns","src_ip":"10.1.0.1","src_port":53,"dest_ip":"10.1.0.5","dest_port":40000,"proto":"UDP","dns":{"type":"answer","id":16000,"rcode":"NOERROR","rrname":"www.example.org","rrtype":"CNAME","ttl":8,"rdata":"example.org"}}`
	dnsAnswer2  = `{"timestamp":"2026-03-02T10:00:00.2+0000","flow_id":8,"event_type":"dns","src_ip":"10.1.0.5","src_port":40000,"dest_ip":"10.1.0.1","dest_port":53,"proto":"UDP","dns":{"version":2,"type":"answer","id":45444,"flags":"8180","qr":true,"rd":true,"ra":true,"rrname":"www.example.org","rrtype":"A","rcode":"NOERROR","answers":[{"rrname":"www.example.org","rrtype":"CNAME","ttl":3324,"rdata":"example.org"},{"rrname":"example.org","rrtype":"A","ttl":10,"rdata":"192.0.2.24"}],"grouped":{"A":["192.0.2.24"],"CNAME":["example.org"]}}}`
	dnsGrouped2 = `{"timestamp":"2026-03-02T10:00:00.2+0000","flow_id":8,"event_type":"dns","src_ip":"10.1.0.5","src_port":40000,"dest_ip":"10.1.0.1","dest_port":53,"proto":"UDP","dns":{"version":2,"type":"answer","id":18523,"rrname":"www.example.org","rrtype":"AAAA","rcode":"NOERROR","grouped":{"AAAA":["2001:db8::24","2001:db8::25"],"CNAME":["example.org"],"SOA":[{"mname":"ns.example.org"}]}}}`
	dnsRequest3 = `{"timestamp":"2026-03-02T10:00:00.1+0000","flow_id":8,"event_type":"dns","src_ip":"10.1.0.5","src_port":40000,"dest_ip":"10.1.0.1","dest_port":53,"proto":"UDP","dns":{"version":3,"type":"request","tx_id":0,"id":1,"flags":"100","rd":true,"opcode":0,"rcode":"NOERROR","queries":[{"rrname":"mail.example.org","rrtype":"TXT"}]}}`
	dnsReply3   = `{"timestamp":"2026-03-02T10:00:00.2+0000","flow_id":8,"event_type":"dns","src_ip":"10.1.0.1","src_port":53,"dest_ip":"10.1.0.5","dest_port":40000,"proto":"UDP","dns":{"version":3,"type":"response","tx_id":1,"id":1,"flags":"8183","qr":true,"rd":true,"ra":true,"opcode":0,"rcode":"NXDOMAIN","queries":[{"rrname":"mail.example.org","rrtype":"TXT"}],"authorities":[{"rrname":"example.org","rrtype":"SOA","ttl":60,"soa":{"mname":"ns.example.org"}}]}}`

	httpGet  = `{"timestamp":"2026-03-02T10:00:01.000000+0000","flow_id":9,"in_iface":"eth0","event_type":"http","src_ip":"10.1.0.5","src_port":50001,"dest_ip":"203.0.113.8","dest_port":80,"proto":"TCP","tx_id":2,"http":{"hostname":"files.example.org","http_port":8080,"url":"\/a\/b.zip?x=\u00e9\"","http_user_agent":"curl\/8","http_content_type":"application\/zip","http_method":"GET","protocol":"HTTP\/1.1","status":"200","length":310}}`
	tlsFull  = `{"timestamp":"2026-03-02T10:00:02.000000+0000","flow_id":10,"event_type":"tls","src_ip":"10.1.0.5","src_port":50002,"dest_ip":"203.0.113.9","dest_port":443,"proto":"TCP","tls":{"subject":"CN=c2.example","issuerdn":"CN=c2.example","serial":"0C:00:99:B7","fingerprint":"8f:51:12:06:a0:cc:4e:cd:e8:a3:8b:38:f8:87:59:e5:af:95:ca:cd","sni":"c2.example","version":"TLS 1.2","notbefore":"2026-01-04T10:48:43","notafter":"2036-01-04T10:48:43","subjectaltname":["c2.example","www.c2.example"],"ja3":{"hash":"b7202231ff2db28363c109cedc6d1642","string":"770,51-57"},"ja3s":{"hash":"ad90cab724fafab2660fbf61673c91a9","string":"770,51,0"},"ja4":"t12d0101h1_aaaaaaaaaaaa_bbbbbbbbbbbb","client":{"subject":"CN=host","issuerdn":"CN=hospital","fingerprint":"aa:bb"}}}`
	tlsBare  = `{"timestamp":"2026-03-02T10:00:03.000000+0000","flow_id":11,"event_type":"tls","src_ip":"10.1.0.5","src_port":50003,"dest_ip":"203.0.113.9","dest_port":443,"proto":"TCP","tls":{"sni":"example.org","version":"TLS 1.3","session_resumed":false}}`
	quic     = `{"timestamp":"2026-03-02T10:00:04.000000+0000","flow_id":12,"event_type":"quic","src_ip":"10.1.0.5","src_port":50004,"dest_ip":"203.0.113.10","dest_port":443,"proto":"UDP","quic":{"version":"1","sni":"video.example.org","ja3":{"hash":"aa","string":"1"},"ja4":"q13d"}}`
	fileUp   = `{"timestamp":"2026-03-02T10:00:05.000000+0000","flow_id":13,"event_type":"fileinfo","src_ip":"10.1.0.5","src_port":50005,"dest_ip":"203.0.113.11","dest_port":80,"proto":"TCP","http":{"hostname":"drop.example","url":"/in","http_method":"POST","status":201,"length":2},"app_proto":"http","fileinfo":{"filename":"scans.7z","sid":[],"gaps":false,"state":"CLOSED","md5":"d41d8cd98f00b204e9800998ecf8427e","stored":false,"size":734003200,"tx_id":0}}`
	fileDown = `{"timestamp":"2026-03-02T10:00:05.500000+0000","flow_id":14,"event_type":"fileinfo","src_ip":"203.0.113.11","src_port":8080,"dest_ip":"10.1.0.5","dest_port":50006,"proto":"TCP","http":{"hostname":"drop.example","url":"/a","http_method":"GET","status":200,"length":47},"app_proto":"http","fileinfo":{"filename":"/a","gaps":true,"state":"TRUNCATED","stored":false,"size":47,"tx_id":0}}`
	ftpStor  = `{"timestamp":"2026-03-02T10:00:06.000000+0000","flow_id":15,"event_type":"ftp","src_ip":"10.1.0.5","src_port":50007,"dest_ip":"203.0.113.12","dest_port":21,"proto":"TCP","ftp":{"command":"STOR","command_data":"scans.zip","reply":["Ok to send data.","Transfer complete."],"completion_code":["150","226"],"reply_received":"yes"}}`
	ftpPass  = `{"timestamp":"2026-03-02T10:00:06.100000+0000","flow_id":15,"event_type":"ftp","src_ip":"10.1.0.5","src_port":50007,"dest_ip":"203.0.113.12","dest_port":21,"proto":"TCP","ftp":{"command":"PASS","command_data":"hunter2","completion_code":["230"]}}`
	ftpEPSV  = `{"timestamp":"2026-03-02T10:00:06.200000+0000","flow_id":15,"event_type":"ftp","src_ip":"10.1.0.5","src_port":50007,"dest_ip":"203.0.113.12","dest_port":21,"proto":"TCP","ftp":{"command":"EPSV","completion_code":["229"],"dynamic_port":41813,"mode":"passive","reply_received":"yes"}}`
	ftpData  = `{"timestamp":"2026-03-02T10:00:07.000000+0000","flow_id":16,"event_type":"ftp_data","src_ip":"10.1.0.5","src_port":50008,"dest_ip":"203.0.113.12","dest_port":41813,"proto":"TCP","ftp_data":{"filename":"scans.zip","command":"STOR"}}`
	smtp     = `{"timestamp":"2026-03-02T10:00:08.000000+0000","flow_id":17,"event_type":"smtp","src_ip":"10.1.0.5","src_port":50009,"dest_ip":"203.0.113.13","dest_port":25,"proto":"TCP","tx_id":0,"smtp":{"helo":"ws5","mail_from":"<ann@hospital.example>","rcpt_to":["<bob@far.example>","<eve@far.example>"]},"email":{"status":"PARSE_DONE","from":"Ann <ann@hospital.example>","to":["bob@far.example"],"subject":"secret","x_mailer":"Mailer 1","attachment":["scans.zip"]}}`
	ntlm     = `{"timestamp":"2026-03-02T10:00:09.000000+0000","flow_id":18,"event_type":"smb","src_ip":"10.1.0.5","src_port":50010,"dest_ip":"10.1.0.2","dest_port":445,"proto":"TCP","smb":{"id":3,"dialect":"3.11","command":"SMB2_COMMAND_SESSION_SETUP","status":"STATUS_LOGON_FAILURE","status_code":"0xc000006d","session_id":2048,"tree_id":0,"ntlmssp":{"domain":"HOSP","user":"administrator","host":"WS5"}}}`
	smbKrb   = `{"timestamp":"2026-03-02T10:00:09.100000+0000","flow_id":18,"event_type":"smb","src_ip":"10.1.0.5","src_port":50010,"dest_ip":"10.1.0.2","dest_port":445,"proto":"TCP","smb":{"command":"SMB2_COMMAND_SESSION_SETUP","status":"STATUS_SUCCESS","kerberos":{"realm":"HOSP.LOCAL","snames":["cifs","dc1.hosp.local"]}}}`
	smbTree  = `{"timestamp":"2026-03-02T10:00:09.200000+0000","flow_id":18,"event_type":"smb","src_ip":"10.1.0.5","src_port":50010,"dest_ip":"10.1.0.2","dest_port":445,"proto":"TCP","smb":{"command":"SMB2_COMMAND_TREE_CONNECT","status":"STATUS_SUCCESS","share":"\\\\dc1\\c$","share_type":"FILE"}}`
	smbOpens = `{"timestamp":"2026-03-02T10:00:09.300000+0000","flow_id":18,"event_type":"smb","src_ip":"10.1.0.5","src_port":50010,"dest_ip":"10.1.0.2","dest_port":445,"proto":"TCP","smb":{"command":"SMB2_COMMAND_CREATE","status":"STATUS_SUCCESS","filename":"pat\\list.xlsx","disposition":"FILE_OPEN","access":"normal","size":4096,"fuid":"0000004d","share":"\\\\dc1\\c$"}}`
	smbCall  = `{"timestamp":"2026-03-02T10:00:09.400000+0000","flow_id":18,"event_type":"smb","src_ip":"10.1.0.5","src_port":50010,"dest_ip":"10.1.0.2","dest_port":445,"proto":"TCP","smb":{"command":"SMB2_COMMAND_IOCTL","status":"STATUS_SUCCESS","dcerpc":{"request":"REQUEST","response":"FAULT","opnum":12,"call_id":2}}}`
	krb5     = `{"timestamp":"2026-03-02T10:00:10.000000+0000","flow_id":19,"event_type":"krb5","src_ip":"10.1.0.5","src_port":50011,"dest_ip":"10.1.0.2","dest_port":88,"proto":"TCP","krb5":{"msg_type":"KRB_TGS_REP","cname":"ann","realm":"HOSP.LOCAL","sname":"cifs/dc1","encryption":"rc4-hmac","weak_encryption":true}}`
	krbError = `{"timestamp":"2026-03-02T10:00:10.100000+0000","flow_id":19,"event_type":"krb5","src_ip":"10.1.0.5","src_port":50011,"dest_ip":"10.1.0.2","dest_port":88,"proto":"UDP","krb5":{"msg_type":"KRB_ERROR","cname":"<empty>","realm":"HOSP.LOCAL","sname":"krbtgt/HOSP.LOCAL","error_code":"KDC_ERR_PREAUTH_REQUIRED"}}`
	rdpAsk   = `{"timestamp":"2026-03-02T10:00:11.000000+0000","flow_id":20,"event_type":"rdp","src_ip":"10.1.0.5","src_port":50012,"dest_ip":"10.1.0.3","dest_port":3389,"proto":"TCP","rdp":{"tx_id":0,"event_type":"initial_request","cookie":"ann"}}`
	rdpNo    = `{"timestamp":"2026-03-02T10:00:11.100000+0000","flow_id":20,"event_type":"rdp","src_ip":"10.1.0.5","src_port":50012,"dest_ip":"10.1.0.3","dest_port":3389,"proto":"TCP","rdp":{"tx_id":1,"event_type":"initial_response","error_code":5,"reason":"hybrid required by server"}}`
	rdpName  = `{"timestamp":"2026-03-02T10:00:11.200000+0000","flow_id":20,"event_type":"rdp","src_ip":"10.1.0.5","src_port":50012,"dest_ip":"10.1.0.3","dest_port":3389,"proto":"TCP","rdp":{"tx_id":2,"event_type":"connect_request","client":{"version":"v5","client_name":"WS5"},"channels":["rdpdr"]}}`
	rfb      = `{"timestamp":"2026-03-02T10:00:12.000000+0000","flow_id":21,"event_type":"rfb","src_ip":"10.1.0.5","src_port":50013,"dest_ip":"10.1.0.4","dest_port":5900,"proto":"TCP","rfb":{"server_protocol_version":{"major":"003","minor":"007"},"authentication":{"security_type":2,"vnc":{"challenge":"08","response":"ae"},"security_result":"FAIL"},"framebuffer":{"width":1280,"name":"ct-scanner"}}}`
	ssh      = `{"timestamp":"2026-03-02T10:00:13.000000+0000","flow_id":22,"event_type":"ssh","src_ip":"10.1.0.5","src_port":50014,"dest_ip":"203.0.113.14","dest_port":22,"proto":"TCP","ssh":{"client":{"proto_version":"2.0","software_version":"PuTTY_0.7","hassh":{"hash":"ec","string":"c"}},"server":{"proto_version":"2.0","software_version":"OpenSSH_9.2"}}}`
	dcerpc   = `{"timestamp":"2026-03-02T10:00:14.000000+0000","flow_id":23,"event_type":"dcerpc","src_ip":"10.1.0.5","src_port":50015,"dest_ip":"10.1.0.2","dest_port":135,"proto":"TCP","dcerpc":{"request":"BIND","response":"BINDACK","interfaces":[{"uuid":"e1af8308-5d1f-11c9-91a4-08002b14a0fa","version":"3.0","ack_result":0}],"call_id":1,"rpc_version":"5.0"}}`
	snmp     = `{"timestamp":"2026-03-02T10:00:15.000000+0000","flow_id":24,"event_type":"snmp","src_ip":"10.1.0.5","src_port":50016,"dest_ip":"10.1.0.6","dest_port":161,"proto":"UDP","snmp":{"version":2,"community":"private","pdu_type":"get_request","vars":["1.3.6.1.2.1.1.1.0","1.3.6.1.2.1.1.5.0"]}}`
	dhcpAck  = `{"timestamp":"2026-03-02T10:00:16.000000+0000","flow_id":25,"event_type":"dhcp","src_ip":"10.1.0.1","src_port":67,"dest_ip":"10.1.0.5","dest_port":68,"proto":"UDP","dhcp":{"type":"reply","id":1,"client_mac":"54:ee:75:51:e0:66","assigned_ip":"10.1.0.5","client_ip":"0.0.0.0","relay_ip":"0.0.0.0","next_server_ip":"0.0.0.0","dhcp_type":"ack","lease_time":3600,"hostname":"ws5"}}`
	alert    = `{"timestamp":"2026-03-02T10:00:17.000000+0000","flow_id":26,"event_type":"alert","src_ip":"203.0.113.15","src_port":443,"dest_ip":"10.1.0.5","dest_port":50017,"proto":"TCP","direction":"to_client","alert":{"action":"allowed","gid":1,"signature_id":2403388,"rev":4,"signature":"a rule","category":"Misc Attack","severity":2},"flow":{"pkts_toserver":1,"pkts_toclient":0,"bytes_toserver":60,"bytes_toclient":0,"start":"2026-03-02T10:00:16.000000+0000","src_ip":"10.1.0.5","dest_ip":"203.0.113.15","src_port":50017,"dest_port":443}}`
	anomaly  = `{"timestamp":"2026-03-02T10:00:18.000000+0000","flow_id":27,"event_type":"anomaly","src_ip":"10.1.0.5","src_port":50018,"dest_ip":"203.0.113.16","dest_port":443,"proto":"TCP","tx_id":0,"app_proto":"tls","anomaly":{"app_proto":"tls","type":"applayer","event":"INVALID_RECORD_TYPE","layer":"proto_parser"}}`
	stats    = `{"timestamp":"2026-03-02T10:00:19.000000+0000","event_type":"stats","stats":{"uptime":800,"capture":{"kernel_packets":2000,"kernel_drops":50,"errors":0},"decoder":{"pkts":1950}}}`

	syslog = `<134>Mar  2 10:00:00 sensor1 suricata[212]: ` + dnsQuery1
)

func lines(events ...string) []byte {
	var b []byte
	for _, e := range events {
		b = append(append(b, e...), '\n')
	}
	return b
}

var samples = []formattest.Sample{
	{
		Name: "flows", Data: lines(flowTCP, flowICMP, netflow, flowTCP),
		Counts: map[string]int{"conn": 3},
	},
	{
		Name:   "dns",
		Data:   lines(dnsQuery1, dnsAnswer1, dnsAnswer2, dnsGrouped2, dnsRequest3, dnsReply3),
		Counts: map[string]int{"dns": 6},
	},
	{
		Name: "web and files",
		Data: lines(httpGet, tlsFull, tlsBare, quic, fileUp, fileDown, ftpStor, ftpPass, ftpEPSV, ftpData, smtp),
		Counts: map[string]int{
			"http": 1, "ssl": 3, "x509": 1, "files": 3, "ftp": 3, "smtp": 1,
		},
	},
	{
		Name: "access",
		Data: lines(ntlm, smbKrb, smbTree, smbOpens, smbCall, krb5, krbError, rdpAsk, rdpNo, rdpName, rfb, ssh, dcerpc, snmp, dhcpAck),
		Counts: map[string]int{
			"ntlm": 1, "kerberos": 3, "smb_mapping": 1, "smb_files": 1, "dce_rpc": 2, "rdp": 3, "rfb": 1, "ssh": 1, "snmp": 1, "dhcp": 1,
		},
	},
	{
		Name: "notes", Data: lines(alert, anomaly, stats),
		Counts: map[string]int{"alert": 1, "anomaly": 1, "capture_loss": 1},
	},
	{
		Name: "syslog", Data: lines(syslog, syslog, syslog),
		Counts: map[string]int{"dns": 3},
	},
	{
		Name: "array", Data: lines("[", flowTCP+",", "  "+dnsQuery1+",", stats, "]"),
		Counts: map[string]int{"conn": 1, "dns": 1, "capture_loss": 1},
	},
	{
		Name: "CRLF, no last line feed", Data: []byte(flowTCP + "\r\n" + dnsQuery1 + "\r\n" + stats),
		Counts: map[string]int{"conn": 1, "dns": 1, "capture_loss": 1},
	},
}
