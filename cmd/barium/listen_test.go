package main

import (
	"bytes"
	"encoding/hex"
	"net"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// legacyFlow is a NetFlow v5 datagram of 2026-03-02 10:00 UTC with one flow,
// 10.0.0.1:50000 to 203.0.113.7:443, 1,000,000 bytes.
const legacyFlow = "00050001000f4240" + "69a55fa0" + "0000000000000000" + "00000000" +
	"0a000001cb007107000000000001000200000400000f4240" + "000f0000000f4000" + "c35001bb001b06000000000000000000"

// TestListen receives on the loopback until it is interrupted, and reads the files.
func TestListen(t *testing.T) {
	datagram, err := hex.DecodeString(legacyFlow)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "flows")
	c := exec.Command("barium", "listen", "--netflow", "127.0.0.1:0", "--sflow", "none", dir)
	var out bytes.Buffer
	c.Stdout = &out
	errs, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer c.Process.Kill() //nolint:errcheck // it has ended
	line := make([]byte, 200)
	n, err := errs.Read(line)
	at := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(string(line[:n]))
	if err != nil || at == "" {
		t.Fatalf("%q, %v", line[:n], err)
	}
	conn, err := net.Dial("udp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, d := range [][]byte{datagram, []byte("\x1b[2Jnonsense")} {
		if _, err := conn.Write(d); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(300 * time.Millisecond)
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Received 2 datagrams (84 B) in 1 file in ", "127.0.0.1  2 datagrams, 1 flow\n", "1 part could not be decoded"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	var found, messages bytes.Buffer
	if status := run([]string{"sources", "--quiet", dir}, &found, &messages); status != 0 {
		t.Errorf("exit status %d\n%s", status, messages.String())
	}
	for _, want := range []string{"netflow datagrams", "1 record, 2026-03-02 ", "neither NetFlow v5 or v9, IPFIX nor sFlow v5"} {
		if !strings.Contains(found.String(), want) {
			t.Errorf("no %q in\n%s", want, found.String())
		}
	}
}
