package generate

import ("testing";"fmt";"os";"io";"path/filepath";"time")

func TestTmp(t *testing.T) {
	for seed := uint64(1); seed<=20; seed++ {
	dir := fmt.Sprintf("/tmp/gen-out/%d", seed)
	os.MkdirAll(dir, 0o755)
	tt := time.Now()
	var c counter
	tr, err := Hospital(Options{Seed: seed, Theft: true}, func(n string) (io.WriteCloser, error) { if seed > 3 { return closer{&c}, nil }; return os.Create(filepath.Join(dir, n)) })
	x := tr.Theft
	fmt.Println(seed, x.HostName, x.Host, x.Method, x.Port, x.Bytes, len(x.Files), x.Files[0], x.First.Format("Mon 15:04"), x.Last.Sub(x.First).Round(time.Second), x.C2, x.C2Port, x.C2First.Format("Mon 15:04"), tr.Records["conn"], tr.Records["http"], c, time.Since(tt).Round(time.Millisecond), err)
	}
	f,_ := os.Create("/tmp/gen-out/bulk.log"); defer f.Close()
	tt := time.Now()
	if err := ConnLog(f, 3, 8000000); err!=nil {t.Fatal(err)}
	fmt.Println("8M", time.Since(tt))
}
