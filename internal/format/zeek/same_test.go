package zeek

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"barium/internal/format/formattest"
)

// both holds one field written in both forms.
type both struct{ name, tsv, json string }

// escapeText writes a string as Zeek's TSV writer does.
func escapeText(s string) string {
	switch s {
	case "":
		return "(empty)"
	case "-":
		return `\x2d`
	case "(empty)":
		return `\x28empty)`
	}
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\':
			b.WriteString(`\\`)
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// quoteText writes a string as Zeek's JSON writer does: what is not UTF-8, and
// control bytes other than the usual ones, become \xHH before JSON's own
// escaping.
func quoteText(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 || r < ' ' && !strings.ContainsRune("\b\f\n\r\t", r) || r == 0x7f {
			fmt.Fprintf(&b, `\x%02x`, s[0])
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	q, err := json.Marshal(b.String())
	if err != nil {
		panic(err)
	}
	return string(q)
}

// text draws bytes that Zeek's JSON can express: no backslash before an x.
func text(t *rapid.T, label string) string {
	s := rapid.OneOf(
		rapid.StringMatching(`[a-z0-9./:\\ -]{0,20}`),
		rapid.SampledFrom([]string{"-", "(empty)", "a\tb", "é\\", "\xff\xfe", "\x00\x1b[2J", "a,b", "#x", `\\srv\share`, "\u202e"}),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 12), func(b []byte) string { return string(b) }),
	).Draw(t, label)
	return strings.ReplaceAll(s, `\x`, `\y`)
}

func drawText(t *rapid.T, name string) both {
	s := text(t, name)
	return both{name, escapeText(s), quoteText(s)}
}

func drawList(t *rapid.T, name string) both {
	var tsv, js []string
	for i := range rapid.IntRange(0, 4).Draw(t, name+" length") {
		s := text(t, name+strconv.Itoa(i))
		tsv = append(tsv, strings.ReplaceAll(escapeText(s), ",", `\x2c`))
		js = append(js, quoteText(s))
	}
	if len(tsv) == 0 {
		return both{name, "(empty)", "[]"}
	}
	return both{name, strings.Join(tsv, ","), "[" + strings.Join(js, ",") + "]"}
}

func drawNumber(t *rapid.T, name string, limit int64) both {
	n := strconv.FormatInt(rapid.Int64Range(0, limit).Draw(t, name), 10)
	return both{name, n, n}
}

// drawSeconds draws a time or an interval: TSV has six decimals, JSON may have
// the noise of binary fractions.
func drawSeconds(t *rapid.T, name string, limit int64) both {
	n := rapid.Int64Range(0, limit).Draw(t, name)
	s := fmt.Sprintf("%d.%06d", n/1e6, n%1e6)
	noise := rapid.SampledFrom([]string{"", "0", "00012", "4999"}).Draw(t, name+" noise")
	return both{name, s, s + noise}
}

func drawAddr(t *rapid.T, name string) both {
	s := rapid.SampledFrom([]string{"10.0.0.1", "192.168.33.10", "2001:db8::1", "fe80::1", "::", "0.0.0.0"}).Draw(t, name)
	return both{name, s, `"` + s + `"`}
}

func drawBool(t *rapid.T, name string) both {
	if rapid.Bool().Draw(t, name) {
		return both{name, "T", "true"}
	}
	return both{name, "F", "false"}
}

// drawField draws a value by the name of the field.
func drawField(t *rapid.T, name string) both {
	switch name {
	case "ts":
		return drawSeconds(t, name, maxTime)
	case "duration", "lease_time", "ts_delta":
		return drawSeconds(t, name, maxInterval)
	case "percent_lost":
		return drawSeconds(t, name, 100e6)
	case "certificate.not_valid_before", "certificate.not_valid_after":
		return drawSeconds(t, name, 1<<56)
	case "id.orig_h", "id.resp_h", "data_channel.resp_h", "client_addr", "assigned_addr":
		return drawAddr(t, name)
	case "tx_hosts", "rx_hosts":
		b := drawAddr(t, name)
		return both{name, b.tsv + ",1.1.1.1", "[" + b.json + `,"1.1.1.1"]`}
	case "id.orig_p", "id.resp_p", "data_channel.resp_p":
		return drawNumber(t, name, 65535)
	case "qtype", "rcode", "status_code", "reply_code":
		return drawNumber(t, name, 1<<31-1)
	case "local_orig", "local_resp", "rejected", "resumed", "established", "is_orig", "basic_constraints.ca":
		return drawBool(t, name)
	case "answers", "proxied", "orig_fuids", "orig_filenames", "orig_mime_types", "resp_fuids", "resp_mime_types",
		"cert_chain_fps", "client_cert_chain_fuids", "conn_uids", "uids", "san.dns":
		return drawList(t, name)
	case "orig_bytes", "resp_bytes", "missed_bytes", "orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes",
		"trans_depth", "request_body_len", "response_body_len", "certificate.key_length", "seen_bytes", "total_bytes",
		"missing_bytes", "size", "file_size", "gaps", "acks":
		return drawNumber(t, name, 1<<63-1)
	}
	return drawText(t, name)
}

var fieldsOf = map[string]string{
	"conn":         "uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes _system_name",
	"dns":          "uid id.orig_h id.orig_p id.resp_h id.resp_p proto query qtype rcode answers rejected",
	"http":         "uid id.orig_h id.orig_p id.resp_h id.resp_p trans_depth method host uri user_agent username request_body_len response_body_len status_code proxied orig_fuids orig_filenames orig_mime_types resp_fuids resp_mime_types",
	"ssl":          "uid id.orig_h id.orig_p id.resp_h id.resp_p version server_name resumed established subject issuer client_subject client_issuer validation_status ja3 ja3s ja4 cert_chain_fps client_cert_chain_fuids",
	"x509":         "fingerprint certificate.serial certificate.subject certificate.issuer certificate.not_valid_before certificate.not_valid_after certificate.key_alg certificate.key_length san.dns basic_constraints.ca",
	"files":        "fuid tx_hosts rx_hosts conn_uids source mime_type filename is_orig seen_bytes total_bytes missing_bytes md5 sha1 sha256",
	"smb_files":    "uid id.orig_h id.orig_p id.resp_h id.resp_p fuid action path name size",
	"ftp":          "uid id.orig_h id.orig_p id.resp_h id.resp_p user password command arg mime_type file_size reply_code data_channel.resp_h data_channel.resp_p fuid",
	"dhcp":         "uids client_addr assigned_addr mac host_name domain lease_time",
	"capture_loss": "ts_delta peer gaps acks percent_lost",
}

// TestSameRecord writes a record as TSV and as JSON and reads it back.
func TestSameRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SampledFrom([]string{"conn", "dns", "http", "ssl", "x509", "files", "smb_files", "ftp", "dhcp", "capture_loss"}).Draw(t, "path")
		names := rapid.Permutation(append(strings.Fields(fieldsOf[path]), "ts")).Draw(t, "order")
		form := rapid.SampledFrom([]string{"dotted", "underscored"}).Draw(t, "form")
		var fields, row, object []string
		for _, name := range names {
			v := drawField(t, name)
			required := name == "ts" || path == "conn" && (name == "id.orig_h" || name == "id.resp_h")
			fields = append(fields, name)
			if !required && rapid.IntRange(0, 4).Draw(t, name+" unset") == 0 {
				row = append(row, "-")
				continue
			}
			row = append(row, v.tsv)
			if form == "underscored" {
				name = strings.ReplaceAll(name, ".", "_")
			}
			object = append(object, `"`+name+`":`+v.json)
		}
		if row[0][0] == '#' {
			row[0] = `\x23` + row[0][1:] // so does Zeek
		}
		object = append(object, `"_path":"`+path+`"`)
		tsv := tsvHead + "#path\t" + path + "\n#fields\t" + strings.Join(fields, "\t") + "\n" + strings.Join(row, "\t") + "\n"
		js := "{" + strings.Join(object, ",") + "}\n"
		read := func(data string) string {
			var rec formattest.Recorder
			if err := (Reader{}).Read(t.Context(), bytes.NewReader([]byte(data)), &rec); err != nil {
				t.Fatal(err)
			}
			if len(rec.Records) != 1 {
				t.Fatalf("%s: %q", data, outcome(&rec))
			}
			return rec.Records[0].Text
		}
		if a, b := read(tsv), read(js); a != b {
			t.Fatalf("%s\n%s\n%s\n%s", tsv, js, a, b)
		}
	})
}
