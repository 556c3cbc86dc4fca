package pcap

import (
	"os"
	"path/filepath"
	"testing"

	"barium/internal/format/formattest"
)

// TestStolen reads captures of real thefts by one program: each record of what
// went to its server, as the notes that came with the captures name it.
func TestStolen(t *testing.T) {
	f := func(file, server, kind, names string, want ...string) {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(formattest.SharedData(t, "network", "agenttesla-pcap"), file))
		if err != nil {
			t.Fatal(err)
		}
		all := formattest.Read(t, Reader{}, data)
		k := &talk{}
		for _, r := range all.Records {
			if field := (&talk{Recorder: formattest.Recorder{Records: []formattest.Record{r}}}).fields(r.Kind, "Resp"); field[0] == server {
				k.Records = append(k.Records, r)
			}
		}
		k.check(t, kind, names, want...)
		if len(all.Bads) > 0 {
			t.Errorf("bad: %+v", all.Bads)
		}
	}
	const byHTTP, bySMTP, bySMTP2, byFTP = "0e328ab7-12b2-4843-8717-a5b3ebef33a8.pcap", "a30789ce-1e1c-4f96-a097-78c34b9fb612.pcap",
		"db9f075c-7879-4957-923a-f79fac957a2d.pcap", "f9421792-7d2c-47d3-90e0-07eb54ae12fa.pcap"
	f(byHTTP, "78.41.139.12", "http", "Orig Method Host URI Status ReqLen RespLen",
		`192.168.100.134 "POST" "originwealth.ydns.eu" "/sew/inc/10a5031d37bc79.php" 200 460 50`)
	f(byHTTP, "78.41.139.12", "files", fileNames, `"HTTP" 1 "" "text/plain" 460 460 0`, `"HTTP" -1 "" "text/plain" 50 50 0`)
	f(bySMTP, "43.255.154.57", "smtp", mailNames, `"shipping@oceanskylogistics.in" ["bkhin.supply@gmail.com"] "User-PC" "" 831 250 false []`)
	f(bySMTP, "43.255.154.57", "smtp", "Anonymous NamesSelf", `1 1`)
	f(bySMTP2, "208.91.198.143", "smtp", "Anonymous NamesSelf", `1 1`)
	f(byHTTP, "78.41.139.12", "http", "Browser", `-1`)
	f(bySMTP2, "208.91.198.143", "smtp", mailNames, `"cnc@trisquarespl.com" ["jaredjames452@gmail.com"] "DESKTOP-JGLLJLD" "" 719 250 false []`)
	f(byFTP, "143.95.79.226", "ftp", ftpNames,
		`"husband@elquijotebanquetes.com" "STOR" "ftp://143.95.79.226/PW_admin-USER-PC_2024_03_07_19_00_36.html" "" 533 226 143.95.79.226 44523`)
	f(byFTP, "143.95.79.226", "files", fileNames, `"FTP_DATA" 1 "PW_admin-USER-PC_2024_03_07_19_00_36.html" "" 533 -1 0`)
}
