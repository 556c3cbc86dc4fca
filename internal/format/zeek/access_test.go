package zeek

import (
	"strings"
	"testing"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// TestAccess reads one record of each log of this kind, as TSV and as JSON with and
// without its type, and wants the same record each time. No samples of radius,
// ldap, socks, quic and tunnel logs exist in the real data: their fields are
// those of Zeek's documentation.
func TestAccess(t *testing.T) {
	head := `TS=1000000 Sensor="" UID="C1" Orig=10.0.0.1 Resp=10.0.0.2 OrigPort=50000 RespPort=`
	f := func(log, port string, fields [][3]string, want string, typed ...bool) {
		t.Helper()
		names, row := []string{"ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"}, []string{"1.000000", "C1", "10.0.0.1", "50000", "10.0.0.2", port}
		js := `"ts":1.0,"uid":"C1","id.orig_h":"10.0.0.1","id.orig_p":50000,"id.resp_h":"10.0.0.2","id.resp_p":` + port
		for _, x := range fields {
			names, row = append(names, x[0]), append(row, x[1])
			if x[2] != "" {
				js += `,"` + x[0] + `":` + x[2]
			}
		}
		forms := []string{
			tsvHead + "#path\t" + log + "\n#fields\t" + strings.Join(names, "\t") + "\n" + strings.Join(row, "\t") + "\n",
			`{"_path":"` + log + `",` + js + "}\n",
		}
		if len(typed) == 0 { // the fields tell the type
			forms = append(forms, "{"+js+"}\n", tsvHead+"#fields\t"+strings.Join(names, "\t")+"\n"+strings.Join(row, "\t")+"\n")
		}
		for _, data := range forms {
			rec := formattest.Read(t, Reader{}, []byte(data))
			if len(rec.Records) != 1 || len(rec.Bads) > 0 {
				t.Errorf("%s: %d records, bad %+v, skipped %v\n%s", log, len(rec.Records), rec.Bads, rec.Skipped, data)
				continue
			}
			if got := rec.Records[0].Text; got != strings.ReplaceAll(want, "HEAD", head+port) {
				t.Errorf("%s: %s\nwant %s\n%s", log, got, strings.ReplaceAll(want, "HEAD", head+port), data)
			}
		}
	}
	f("kerberos", "88", [][3]string{{"request_type", "TGS", `"TGS"`}, {"client", "anna/H.EXAMPLE", `"anna/H.EXAMPLE"`}, {"service", "cifs/fs1", `"cifs/fs1"`}, {"success", "F", "false"}, {"error_msg", "KDC_ERR_X", `"KDC_ERR_X"`}},
		`kerberos HEAD Log=kerberos Proto=unknown_transport Account="anna" Domain="H.EXAMPLE" Client="" Server="" Service="cifs/fs1" Success=-1 Error="KDC_ERR_X" MAC="" Given=`)
	f("ntlm", "445", [][3]string{{"username", "anna", `"anna"`}, {"hostname", "WS-1", `"WS-1"`}, {"domainname", "H", `"H"`}, {"server_nb_computer_name", "FS1", `"FS1"`}, {"server_dns_computer_name", "fs1.h.example", `"fs1.h.example"`}, {"success", "T", "true"}},
		`ntlm HEAD Log=ntlm Proto=tcp Account="anna" Domain="H" Client="WS-1" Server="FS1" Service="" Success=1 Error="" MAC="" Given=`)
	f("ntlm", "445", [][3]string{{"hostname", "-", ""}, {"server_dns_computer_name", "fs1.h.example", `"fs1.h.example"`}, {"server_nb_computer_name", "-", ""}},
		`ntlm HEAD Log=ntlm Proto=tcp Account="" Domain="" Client="" Server="fs1.h.example" Service="" Success=0 Error="" MAC="" Given=`)
	f("rdp", "3389", [][3]string{{"cookie", "anna", `"anna"`}, {"security_protocol", "HYBRID", `"HYBRID"`}, {"client_name", "WS-1", `"WS-1"`}},
		`rdp HEAD Log=rdp Proto=tcp Account="anna" Domain="" Client="WS-1" Server="" Service="HYBRID" Success=0 Error="" MAC="" Given=`)
	f("ssh", "22", [][3]string{{"auth_success", "T", "true"}, {"auth_attempts", "1", "1"}, {"client", "SSH-2.0-x", `"SSH-2.0-x"`}, {"server", "SSH-2.0-y", `"SSH-2.0-y"`}, {"cipher_alg", "aes", `"aes"`}},
		`ssh HEAD Log=ssh Proto=tcp Account="" Domain="" Client="SSH-2.0-x" Server="SSH-2.0-y" Service="aes" Success=1 Error="" MAC="" Given=`)
	f("radius", "1812", [][3]string{{"username", "anna", `"anna"`}, {"mac", "00:11", `"00:11"`}, {"framed_addr", "10.9.0.7", `"10.9.0.7"`}, {"connect_info", "vpn", `"vpn"`}, {"reply_msg", "-", ""}, {"result", "success", `"success"`}},
		`radius HEAD Log=radius Proto=udp Account="anna" Domain="" Client="" Server="" Service="vpn" Success=1 Error="" MAC="00:11" Given=10.9.0.7`, true) // mac alone is dhcp's
	f("ldap", "389", [][3]string{{"message_id", "1", "1"}, {"opcode", "bind simple", `"bind simple"`}, {"result", "invalidCredentials", `"invalidCredentials"`}, {"object", `cn=a\x2cdc=h`, `"cn=a,dc=h"`}},
		`ldap HEAD Log=ldap Proto=tcp Account="cn=a,dc=h" Domain="" Client="" Server="" Service="bind simple" Success=-1 Error="" MAC="" Given=`)
	f("rfb", "5900", [][3]string{{"authentication_method", "VNC", `"VNC"`}, {"auth", "F", "false"}, {"desktop_name", "pc", `"pc"`}},
		`rfb HEAD Log=rfb Proto=tcp Account="" Domain="" Client="" Server="pc" Service="VNC" Success=-1 Error="" MAC="" Given=`)
	f("dce_rpc", "135", [][3]string{{"named_pipe", "135", `"135"`}, {"endpoint", "svcctl", `"svcctl"`}, {"operation", "CreateServiceW", `"CreateServiceW"`}},
		`dce_rpc HEAD Log=dce_rpc Proto=tcp Object="svcctl" Verb="CreateServiceW" Via="135" Result="" Count=-1`)
	f("smb_mapping", "445", [][3]string{{"path", `\\\\fs1\\ADMIN$`, `"\\\\fs1\\ADMIN$"`}, {"service", "-", ""}, {"share_type", "DISK", `"DISK"`}},
		`smb_mapping HEAD Log=smb_mapping Proto=tcp Object="\\\\fs1\\ADMIN$" Verb="DISK" Via="" Result="" Count=-1`)
	f("ldap_search", "389", [][3]string{{"scope", "tree", `"tree"`}, {"base_object", "dc=h", `"dc=h"`}, {"result_count", "17", "17"}, {"result", "success", `"success"`}, {"filter", "(objectClass=*)", `"(objectClass=*)"`}},
		`ldap_search HEAD Log=ldap_search Proto=tcp Object="dc=h" Verb="tree" Via="(objectClass=*)" Result="success" Count=17`)
	f("snmp", "161", [][3]string{{"version", "2c", `"2c"`}, {"community", "secret", `"secret"`}, {"get_responses", "3", "3"}, {"display_string", "switch", `"switch"`}},
		`snmp HEAD Log=snmp Proto=udp Object="switch" Verb="2c" Via="" Result="" Count=3`)
	f("smtp", "25", [][3]string{{"trans_depth", "1", "1"}, {"helo", "x", `"x"`}, {"mailfrom", "a@h.example", `"a@h.example"`}, {"rcptto", "b@o.example,c@o.example", `["b@o.example","c@o.example"]`}, {"subject", "private", `"private"`}, {"last_reply", "250 2.0.0 ok", `"250 2.0.0 ok"`}, {"tls", "F", "false"}, {"fuids", "F1,F2", `["F1","F2"]`}, {"user_agent", "Outlook", `"Outlook"`}},
		`smtp HEAD From="a@h.example" To=["b@o.example" "c@o.example"] Helo="x" UserAgent="Outlook" Anonymous=0 NamesSelf=0 Size=-1 Code=250 TLS=false FUIDs=["F1" "F2"] Filenames=[]`)
	f("tunnel", "3544", [][3]string{{"tunnel_type", "Tunnel::TEREDO", `"Tunnel::TEREDO"`}, {"action", "Tunnel::DISCOVER", `"Tunnel::DISCOVER"`}},
		`tunnel HEAD Log=tunnel Proto=unknown_transport Type="Tunnel::TEREDO" Action="Tunnel::DISCOVER" Account="" FarHost="" FarPort=0`)
	f("socks", "1080", [][3]string{{"version", "5", "5"}, {"user", "u", `"u"`}, {"password", "secret", `"secret"`}, {"status", "succeeded", `"succeeded"`}, {"request.name", "far.example", `"far.example"`}, {"request_p", "443", "443"}},
		`socks HEAD Log=socks Proto=tcp Type="SOCKS5" Action="succeeded" Account="u" FarHost="far.example" FarPort=443`)
	f("quic", "443", [][3]string{{"version", "1", `"1"`}, {"client_initial_dcid", "ab", `"ab"`}, {"server_name", "q.example", `"q.example"`}},
		`ssl HEAD Version="QUIC 1" ServerName="q.example" Resumed=false Established=false Subject="" Issuer="" ClientSubject="" ClientIssuer="" ValidationStatus="" JA3="" JA3S="" JA4="" CertID="" ClientCertID=""`)
	f("notice", "80", [][3]string{{"note", "Scan::Port", `"Scan::Port"`}, {"msg", "many ports", `"many ports"`}, {"proto", "tcp", `"tcp"`}, {"fuid", "F1", `"F1"`}, {"src", "9.9.9.9", `"9.9.9.9"`}, {"actions", "Notice::ACTION_LOG", `["Notice::ACTION_LOG"]`}},
		`notice HEAD Log=notice Proto=tcp Name="Scan::Port" Message="many ports" FUID="F1" Severity=-1`)
	f("weird", "80", [][3]string{{"name", "data_before_established", `"data_before_established"`}, {"addl", "x", `"x"`}, {"notice", "F", "false"}},
		`weird HEAD Log=weird Proto=unknown_transport Name="data_before_established" Message="x" FUID="" Severity=-1`)
	f("dpd", "80", [][3]string{{"proto", "tcp", `"tcp"`}, {"analyzer", "HTTP", `"HTTP"`}, {"failure_reason", `not a http request line\x0aGET`, `"not a http request line\nGET"`}},
		`dpd HEAD Log=dpd Proto=tcp Name="HTTP" Message="not a http request line" FUID="" Severity=-1`)
	f("analyzer", "80", [][3]string{{"analyzer_kind", "protocol", `"protocol"`}, {"analyzer_name", "RDP", `"RDP"`}, {"failure_reason", "x", `"x"`}},
		`analyzer HEAD Log=analyzer Proto=unknown_transport Name="RDP" Message="x" FUID="" Severity=-1`)
}

// TestNotes reads logs that are about no connection.
func TestNotes(t *testing.T) {
	f := func(data, want string) {
		t.Helper()
		rec := formattest.Read(t, Reader{}, []byte(data))
		if len(rec.Records) != 1 || rec.Records[0].Text != want {
			t.Errorf("%v %v, want %s", rec.Texts(), rec.Bads, want)
		}
	}
	none := ` Sensor="" UID="" Orig= Resp= OrigPort=0 RespPort=0 `
	f(`{"ts":1,"level":"Reporter::ERROR","message":"m","location":"a.zeek"}`, "reporter TS=1000000"+none+`Log=reporter Proto=unknown_transport Name="Reporter::ERROR" Message="m" FUID="" Severity=-1`)
	f(`{"ts":1,"id":"F1","machine":"AMD64","subsystem":"WINDOWS_CUI","is_exe":true}`, "pe TS=1000000"+none+`Log=pe Proto=unknown_transport Name="WINDOWS_CUI" Message="AMD64" FUID="F1" Severity=-1`)
	f(`{"ts":1,"note":"N","msg":"m","src":"10.0.0.1","dst":"10.0.0.2"}`, `notice TS=1000000 Sensor="" UID="" Orig=10.0.0.1 Resp=10.0.0.2 OrigPort=0 RespPort=0 Log=notice Proto=unknown_transport Name="N" Message="m" FUID="" Severity=-1`)
	f(`{"ts":1,"host":"10.0.0.1","host_p":22,"software_type":"SSH::SERVER","name":"OpenSSH","version.major":7,"unparsed_version":"OpenSSH_7.6"}`,
		`software TS=1000000 Sensor="" UID="" Orig=10.0.0.1 Resp= OrigPort=22 RespPort=0 Type="SSH::SERVER" Name="OpenSSH" Version="OpenSSH_7.6"`)
}

// TestReplyCode wants the code of a complete reply only.
func TestReplyCode(t *testing.T) {
	f := func(reply string, want int) {
		t.Helper()
		if got := replyCode([]byte(reply)); got != want {
			t.Errorf("%q: %d, want %d", reply, got, want)
		}
	}
	f("250 ok", 250)
	f("250-ok", 250)
	f("550", 550)
	f("", event.Unset)
	f("25", event.Unset)
	f("2500", event.Unset)
	f("999 x", event.Unset)
	f("abc d", event.Unset)
}
