package zeek

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/format"
	"barium/internal/format/container"
	"barium/internal/format/formattest"
)

// readFile reads a sample file; err is that of its container.
func readFile(t *testing.T, path string) (rec *formattest.Recorder, sniffed format.Sniffed, err error) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rc, _, err := container.Open(f)
	if err != nil {
		t.Fatal(err)
	}
	defer rc.Close()
	data, err := io.ReadAll(rc)
	rec = formattest.Read(t, Reader{}, data)
	return rec, Reader{}.Sniff(data[:min(len(data), 64<<10)], path), err
}

// sameTexts compares the records of two readings.
func sameTexts(t *testing.T, what string, a, b *formattest.Recorder) {
	t.Helper()
	if slices.Equal(a.Texts(), b.Texts()) {
		return
	}
	d := cmp.Diff(a.Texts(), b.Texts())
	t.Errorf("%s differ:\n%s", what, d[:min(len(d), 3000)])
}

func TestWRCCDC(t *testing.T) {
	dir := formattest.SharedData(t, "network", "wrccdc")
	want := map[string]int{
		"analyzer": 16461, "capture_loss": 3, "dce_rpc": 78, "dns": 53615, "dpd": 77, "ftp": 93, "kerberos": 11, "ldap_search": 1,
		"notice": 207, "ntlm": 422, "pe": 21, "rdp": 4122, "rfb": 3, "smb_files": 13, "smb_mapping": 393, "smtp": 1188, "snmp": 65,
		"software": 376, "ssh": 22, "ssl": 49474, "weird": 24202, "x509": 348,
	}
	got := map[string]int{}
	files, err := filepath.Glob(filepath.Join(dir, "zeek-default", "*.log.gz"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, tsvPath := range files {
		name := strings.TrimSuffix(filepath.Base(tsvPath), ".log.gz")
		tsv, sniffed, err := readFile(t, tsvPath)
		if err != nil {
			t.Error(name, err)
		}
		if sniffed.Confidence != format.Certain || sniffed.Type != name+" (TSV)" {
			t.Errorf("%s: sniffed %+v", name, sniffed)
		}
		json, sniffed, err := readFile(t, filepath.Join(dir, "zeek-json", name+".json.gz"))
		if err != nil {
			t.Error(name, err)
		}
		if sniffed.Confidence != format.Certain || sniffed.Type != name+" (JSON)" {
			t.Errorf("%s: sniffed %+v", name, sniffed)
		}
		if len(tsv.Bads)+len(json.Bads) > 0 {
			t.Errorf("%s: bad records: %+v %+v", name, tsv.Bads, json.Bads)
		}
		tsv.Sort()
		json.Sort()
		sameTexts(t, name+": TSV and JSON", tsv, json)
		if d := cmp.Diff(tsv.Skipped, json.Skipped); d != "" {
			t.Errorf("%s: skipped differ:\n%s", name, d)
		}
		maps.Copy(got, tsv.Counts())
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAPT29(t *testing.T) {
	dir := formattest.SharedData(t, "network", "apt29-day1")
	all, sniffed, err := readFile(t, filepath.Join(dir, "combined_zeek.log"))
	if err != nil {
		t.Fatal(err)
	}
	if sniffed.Confidence != format.Certain {
		t.Errorf("sniffed %+v", sniffed)
	}
	want := map[string]int{
		"conn": 613, "dns": 53, "http": 62, "ssl": 378, "x509": 378, "files": 448, "smb_files": 12,
		"dce_rpc": 123, "dpd": 12, "kerberos": 35, "notice": 2, "pe": 1, "smb_mapping": 11, "weird": 12,
	}
	if d := cmp.Diff(want, all.Counts()); d != "" {
		t.Error(d)
	}
	if len(all.Bads) > 0 {
		t.Errorf("bad records: %+v", all.Bads)
	}
	var parts formattest.Recorder
	files, err := filepath.Glob(filepath.Join(dir, "individual_zeek_logs", "*.log"))
	if err != nil {
		t.Fatal(err)
	}
	var skipped map[string]int
	for _, path := range files {
		rec, _, err := readFile(t, path)
		if err != nil || len(rec.Bads) > 0 {
			t.Error(path, err, rec.Bads)
		}
		parts.Records = append(parts.Records, rec.Records...)
		for name, n := range rec.Skipped {
			if skipped == nil {
				skipped = map[string]int{}
			}
			skipped[name] += n
		}
	}
	all.Sort()
	parts.Sort()
	sameTexts(t, "combined and individual logs", all, &parts)
	if d := cmp.Diff(all.Skipped, skipped); d != "" {
		t.Error(d)
	}
}

func TestOtherSamples(t *testing.T) {
	type counts map[string]int
	dir := formattest.SharedData(t, "network")
	f := func(path string, records, skipped counts, warnings int, damage error) {
		t.Helper()
		rec, sniffed, err := readFile(t, filepath.Join(dir, path))
		if !errors.Is(err, damage) {
			t.Errorf("%s: error %v, want %v", path, err, damage)
		}
		if sniffed.Confidence != format.Certain {
			t.Errorf("%s: sniffed %+v", path, sniffed)
		}
		for _, bad := range rec.Bads {
			if damage == nil {
				t.Errorf("%s: bad %+v", path, bad)
			}
		}
		if d := cmp.Diff(records, counts(rec.Counts())); d != "" {
			t.Errorf("%s: records:\n%s", path, d)
		}
		if d := cmp.Diff(skipped, counts(rec.Skipped)); d != "" {
			t.Errorf("%s: skipped:\n%s", path, d)
		}
		if len(rec.Warnings) != warnings {
			t.Errorf("%s: warnings %q", path, rec.Warnings)
		}
	}
	f("ctu-001/conn.log", counts{"conn": 992}, nil, 0, nil)
	f("ctu-001/labeled-conn.log", counts{"conn": 992}, nil, 0, nil)
	f("ctu-002/conn.log", counts{"conn": 4504}, nil, 0, nil)
	f("ctu-008/data/conn.log.labeled", counts{"conn": 5663}, nil, 0, nil)
	f("ctu-008/data/http.log.labeled", counts{"http": 342}, nil, 0, nil)
	f("ctu-008/data/ssl.log.labeled", counts{"ssl": 545}, nil, 0, nil)
	f("ctu-008/data/weird.log.labeled", counts{"weird": 56}, nil, 0, nil)
	f("ctu-011/data/conn.log.labeled", counts{"conn": 9048}, nil, 0, nil)
	f("ctu-011/data/dns.log.labeled", counts{"dns": 4}, nil, 0, nil)
	f("ctu-011/data/files.log.labeled", counts{}, nil, 0, nil)
	f("ctu-011/data/http.log.labeled", counts{"http": 25}, nil, 0, nil)
	f("ctu-011/data/ssl.log.labeled", counts{"ssl": 2820}, nil, 0, nil)
	f("zat/data/conn.log", counts{"conn": 360}, nil, 0, nil)
	f("zat/data/conn_date_issue.log", counts{"conn": 3}, nil, 0, nil)
	f("zat/data/dhcp.log", counts{"dhcp": 2}, nil, 0, nil)
	f("zat/data/dhcp_002.log.gz", counts{"dhcp": 2}, nil, 0, nil)
	f("zat/data/dns.log", counts{"dns": 54}, nil, 0, nil)
	f("zat/data/files.log", counts{"files": 113}, nil, 0, nil)
	f("zat/data/ftp.log", counts{"ftp": 7}, nil, 0, nil)
	f("zat/data/http.log.gz", counts{"http": 150}, nil, 0, nil)
	f("zat/data/http_empty.log", counts{}, nil, 0, nil)
	f("zat/data/http.log.corrupt.gz", counts{"http": 150}, nil, 0, container.ErrTruncated)
	f("zat/data/ssl.log", counts{"ssl": 37}, nil, 0, nil)
	f("zat/data/tor_ssl.log", counts{"ssl": 733}, nil, 0, nil)
	f("zat/data/x509.log", counts{"x509": 13}, nil, 0, nil)
	f("zat/data/json/capture_loss.log", counts{"capture_loss": 2}, nil, 0, nil)
	f("zat/data/json/conn.log", counts{"conn": 50}, nil, 0, nil)
	f("zat/data/json/dce_rpc.log", counts{"dce_rpc": 7}, nil, 0, nil)
	f("zat/data/json/dhcp.log", counts{"dhcp": 1}, nil, 0, nil)
	f("zat/data/json/dns.log", counts{"dns": 50}, nil, 0, nil)
	f("zat/data/json/files.log", counts{"files": 50}, nil, 0, nil)
	f("zat/data/json/http.log", counts{"http": 28}, nil, 0, nil)
	f("zat/data/json/kerberos.log", counts{"kerberos": 10}, counts{"unknown": 4}, 0, nil)
	f("zat/data/json/loaded_scripts.log", counts{}, counts{"loaded_scripts": 50}, 0, nil)
	f("zat/data/json/ntp.log", counts{}, counts{"ntp": 2}, 0, nil)
	f("zat/data/json/packet_filter.log", counts{}, counts{"packet_filter": 1}, 0, nil)
	f("zat/data/json/smb_files.log", counts{"smb_files": 2}, nil, 0, nil)
	f("zat/data/json/smb_mapping.log", counts{"smb_mapping": 7}, nil, 0, nil)
	f("zat/data/json/ssl.log", counts{"ssl": 50}, nil, 0, nil)
	f("zat/data/json/stats.log", counts{}, counts{"stats": 7}, 0, nil)
	f("zat/data/json/weird.log", counts{"weird": 2}, nil, 0, nil)
	f("zat/data/json/x509.log", counts{"x509": 50}, nil, 0, nil)
}

// TestInference takes _path and @stream away from real JSON logs: the same
// records must come out.
func TestInference(t *testing.T) {
	dir := formattest.SharedData(t, "network", "wrccdc", "zeek-json")
	f := func(path string) {
		t.Helper()
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		rc, _, err := container.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		want := formattest.Read(t, Reader{}, data)
		data = bytes.ReplaceAll(data, []byte(`"_path":`), []byte(`"x_path":`))
		got := formattest.Read(t, Reader{}, data)
		// One record of ntlm has nothing but its connection.
		if n := got.Skipped[unknownType]; n == 1 && filepath.Base(path) == "ntlm.json.gz" {
			want.Records = slices.DeleteFunc(want.Records, func(r formattest.Record) bool { return strings.Contains(r.Text, `UID="Cv5n1f2x5svy0ExdIa"`) })
		}
		sameTexts(t, filepath.Base(path), want, got)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json.gz"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, path := range files {
		f(path)
	}
}
