package zeek

import (
	"strings"
	"testing"

	"barium/internal/format/formattest"
)

const (
	tsvHead  = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
	connHead = tsvHead + "#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\n"
	connRow  = "1379288667.706265\tCoy\t192.168.33.10\t1032\t54.245.228.191\t80\ttcp\thttp\t0.447460\t601\t38393\tRSTO\n"
	connRow2 = "1379288668.5\tCpq\t192.168.33.11\t1033\t2001:db8::1\t443\tudp\t-\t-\t-\t-\tS0\n"
	connJSON = `{"ts":1379288667.706265,"uid":"Coy","id.orig_h":"192.168.33.10","id.orig_p":1032,"id.resp_h":"54.245.228.191","id.resp_p":80,"proto":"tcp","service":"http","duration":0.44746,"orig_bytes":601,"resp_bytes":38393,"conn_state":"RSTO"}`
	dnsJSON  = `{"_path":"dns","ts":"2018-03-24T17:15:20.865716Z","uid":"Cq","id":{"orig_h":"10.47.1.100","orig_p":41772,"resp_h":"10.0.0.100","resp_p":53},"proto":"udp","query":"ise.example.org","qtype":1,"answers":["a.example","134.71.3.16"],"rejected":false}`
	fileJSON = `{"@stream":"files","@system":"s1","ts":1588205521.662286,"fuid":"FS","tx_hosts":["10.0.0.4"],"rx_hosts":["10.0.1.4"],"conn_uids":["C6"],"source":"SMB","is_orig":false,"seen_bytes":22}`
)

func pretty(object string) string {
	return "  " + strings.NewReplacer(",\"", ",\n    \"", "{", "{\n    ", "}", "\n  }").Replace(object)
}

func TestConformance(t *testing.T) {
	conn := func(n int) map[string]int { return map[string]int{"conn": n} }
	formattest.Run(t, Reader{}, formattest.Cases{
		Samples: []formattest.Sample{
			{Name: "TSV", Data: []byte(connHead + strings.Repeat(connRow+connRow2, 4) + "#close\t2014\n"), Counts: conn(8)},
			{Name: "TSV CRLF", Data: []byte(strings.ReplaceAll(connHead+connRow+connRow2+connRow, "\n", "\r\n")), Counts: conn(3)},
			{Name: "TSV twice", Data: []byte(connHead + connRow + "#close\t2014\n" + connHead + connRow + connRow2), Counts: conn(3)},
			{Name: "JSON lines", Data: []byte(connJSON + "\n" + dnsJSON + "\n" + fileJSON + "\n" + connJSON), Counts: map[string]int{"conn": 2, "dns": 1, "files": 1}},
			{Name: "JSON array", Data: []byte("[" + connJSON + ",\n" + connJSON + ",\n" + connJSON + "]\n"), Counts: conn(3)},
			{Name: "JSON pretty", Data: []byte("[\n" + pretty(connJSON) + ",\n" + pretty(dnsJSON) + ",\n" + pretty(connJSON) + "\n]\n"), Counts: map[string]int{"conn": 2, "dns": 1}},
			{Name: "JSON on one line", Data: []byte(connJSON + connJSON + " " + dnsJSON), Counts: map[string]int{"conn": 2, "dns": 1}},
		},
		Foreign: [][]byte{
			[]byte(`{"timestamp":"2019-05-23T17:15:20.865716+0000","flow_id":1,"event_type":"dns","src_ip":"1.2.3.4","dest_ip":"5.6.7.8"}` + "\n"),
			[]byte("#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Fields: date time s-ip\n2020-01-01 00:00:00 1.1.1.1\n"),
			[]byte(connRow + connRow),
		},
		Preamble: formattest.CommentLines,
	})
}
