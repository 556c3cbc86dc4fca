package condense_test

import (
	"bytes"
	"testing"

	"barium/internal/condense"
	"barium/internal/format/zeek"
)

// FuzzSink reads any bytes as logs and condenses them. Every record is counted,
// and lists can be decoded.
func FuzzSink(f *testing.F) {
	const head = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
	for _, s := range []string{
		head + "#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\torig_bytes\tresp_bytes\tconn_state\thistory\n1.5\tC\t1.1.1.1\t1\t2.2.2.2\t2\ttcp\t9e9\t9223372036854775807\t1\tOTH\tAd\n",
		head + "#path\tdns\n#fields\tts\tid.orig_h\tid.resp_h\tquery\tqtype\tanswers\n1.5\t1.1.1.1\t2.2.2.2\t\\xff..a.co.uk.\t65535\t1.1.1.1,::1,x\n",
		head + "#path\thttp\n#fields\tts\tid.orig_h\tid.resp_h\tmethod\thost\turi\trequest_body_len\torig_filenames\n1.5\t1.1.1.1\t2.2.2.2\tCONNECT\t[::1\thttp://@:99999/..%2f\t100000\t-,\n",
		head + "#path\tfiles\n#fields\tts\tfuid\ttx_hosts\trx_hosts\tsource\tis_orig\tseen_bytes\ttotal_bytes\tfilename\n1.5\tF\t1.1.1.1\t2.2.2.2\tHTTP\tT\t5\t6\ta\\x00b\n",
		head + "#path\tftp\n#fields\tts\tid.orig_h\tid.resp_h\tcommand\targ\tfile_size\treply_code\n1.5\t1.1.1.1\t2.2.2.2\tSTOR\tftp://x/./y\t7\t2147483647\n",
		head + "#path\tsmb_files\n#fields\tts\tid.orig_h\tid.resp_h\taction\tpath\tname\tsize\n1.5\t1.1.1.1\t2.2.2.2\tSMB::FILE_WRITE\t\\\\\\\\s\ta\t7\n",
		head + "#path\tx509\n#fields\tts\tfingerprint\tcertificate.subject\tsan.dns\tcertificate.not_valid_after\n1.5\tabababababababababababababababab\tCN=x\ta,b\t-9e12\n",
		head + "#path\tssl\n#fields\tts\tid.orig_h\tid.resp_h\tversion\tserver_name\tsubject\n1.5\t1.1.1.1\t2.2.2.2\tDTLS\tA.B\t\\xed\\xa0\\x80\n",
		head + "#path\tcapture_loss\n#fields\tts\tts_delta\tpeer\tgaps\tacks\tpercent_lost\n1.5\t900.0\tp\t1\t2\t50.0\n",
		`{"_path":"dhcp","ts":9223372036.8,"assigned_addr":"1.1.1.1","mac":"x","host_name":"\u0000","lease_time":1e12}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := condense.New(condense.NewDictionary(nil, nil), condense.Options{Memory: 1 << 20, TempDir: t.TempDir()})
		defer c.Close()
		s := c.Sink(1)
		if err := (zeek.Reader{}).Read(t.Context(), bytes.NewReader(data), s); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		total := int64(0)
		for _, n := range s.ByLog {
			total += n
		}
		if total != s.Records || s.Records > 0 && s.First > s.Last || len(s.Samples) > 5 || int64(len(s.Samples)) > s.Tally.Bad {
			t.Fatalf("%+v", s.Tally)
		}
		for _, table := range condense.Tables {
			f := c.Finish(table, 0)
			w := f.Worker()
			rows := 0
			for {
				b, err := w.Next()
				if err != nil {
					t.Fatal(err)
				}
				if b == nil {
					break
				}
				rows += b.Rows
			}
			for blocks := f.Blocks(); ; {
				b, ok, err := blocks.Next()
				if err == nil && ok {
					_, err = condense.Events(table, &condense.Stored{Seq: b.Seq, Lists: b.Lists})
				}
				if err != nil {
					t.Fatalf("table %s, %d rows: %v", table.Name, rows, err)
				}
				if !ok {
					break
				}
			}
		}
	})
}
