package zeek

import (
	"os"
	"strings"
	"testing"

	"barium/internal/format"
	"barium/internal/format/formattest"
)

func TestSniff(t *testing.T) {
	f := func(head string, c format.Confidence, kind, why string) {
		t.Helper()
		got := Reader{}.Sniff([]byte(head), "conn.log")
		if want := (format.Sniffed{Confidence: c, Type: kind, Why: why}); got != want {
			t.Errorf("%.60q: %+v, want %+v", head, got, want)
		}
	}
	f(connHead+connRow, format.Certain, "conn (TSV)", "")
	f("\n\xef\xbb\xbf", format.NotMine, "", "empty file")
	f("\xef\xbb\xbf"+connHead, format.Certain, "conn (TSV)", "")
	f("#separator \\x09\n", format.Certain, "unknown (TSV)", "")
	f("#fields\tts\tuid\tquery\tqtype\n", format.Certain, "dns (TSV)", "")
	f("#fields\tts\tfoo\n", format.Certain, "unknown (TSV)", "")
	f(connHead+connRow+strings.Replace(connHead, "conn", "weird", 1), format.Certain, "conn, weird (TSV)", "")
	f(tsvHead+"#path\tco", format.Certain, "unknown (TSV)", "")
	f(connJSON, format.Certain, "conn (JSON)", "")
	f(connJSON[:len(connJSON)-10], format.Certain, "conn (JSON)", "")
	f("\n\r\n["+connJSON+","+dnsJSON, format.Certain, "conn, dns (JSON)", "")
	f(connJSON+"\n"+dnsJSON+"\n"+fileJSON[:80], format.Certain, "conn, dns, files (JSON)", "")
	f("broken}\n{\"a\n"+connJSON, format.NotMine, "", "no Zeek header (#separator, #fields) and no JSON objects")
	f("{\"a}\n"+connJSON, format.Certain, "conn (JSON)", "")
	f(`{"_path":"kerberos","ts":1}`, format.Certain, "kerberos (JSON)", "")
	f(`{"ts":1,"uid":"C1","foo":2}`, format.Perhaps, "unknown (JSON)", "")
	f(`{"ts":1,"foo":2}`, format.NotMine, "", notZeek)
	f(`{"a":1}`+connJSON, format.Certain, "conn (JSON)", "")
	f(`{"a":1}{"a":1}`+connJSON, format.Perhaps, "conn (JSON)", "")
	f(`{"timestamp":"2019-05-23","event_type":"dns","src_ip":"1.2.3.4"}`, format.NotMine, "", notZeek)
	f("", format.NotMine, "", "empty file")
	f("\r\n\n", format.NotMine, "", "empty file")
	f("\x7fELF\x02\x01\x00\x00", format.NotMine, "", "binary data, neither Zeek's header lines nor JSON")
	f("\xff\xfe#\x00s\x00", format.NotMine, "", "UTF-16 text; Zeek writes UTF-8")
	f("#Fields: date time\n", format.NotMine, "", "lines with # but no #separator or #fields as Zeek writes them")
	f(connRow, format.NotMine, "", "no Zeek header (#separator, #fields) and no JSON objects")
}

func TestSniffSuricata(t *testing.T) {
	path := formattest.SharedData(t, "network", "suricata-eve", "eve.json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := (Reader{}).Sniff(data[:64<<10], path); got.Confidence != format.NotMine || got.Why != notZeek {
		t.Errorf("%+v", got)
	}
	rec := formattest.Read(t, Reader{}, data)
	if n := strings.Count(string(data), "\n"); len(rec.Records) > 0 || len(rec.Skipped) > 0 || len(rec.Bads) != n {
		t.Errorf("%d records, %v skipped, %d of %d lines bad", len(rec.Records), rec.Skipped, len(rec.Bads), n)
	}
}
