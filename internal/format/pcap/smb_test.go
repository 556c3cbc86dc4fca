package pcap

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
)

func wide(text string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

// pack writes numbers in little endian, each with as many bytes as its type, and
// strings as they are.
func pack(values ...any) string {
	var b []byte
	for _, v := range values {
		switch v := v.(type) {
		case string:
			b = append(b, v...)
		case uint8:
			b = append(b, v)
		case uint16:
			b = binary.LittleEndian.AppendUint16(b, v)
		case uint32:
			b = binary.LittleEndian.AppendUint32(b, v)
		case uint64:
			b = binary.LittleEndian.AppendUint64(b, v)
		default:
			panic(fmt.Sprintf("%T", v))
		}
	}
	return string(b)
}

func zero(n int) string { return strings.Repeat("\x00", n) }

// smb2 is one command in a message.
type smb2 struct {
	command, id int
	answer      bool
	status      uint32
	tree        uint32
	flags       uint32
	body        string
}

// frame puts commands into one message.
func smbFrame(commands ...smb2) string {
	var all string
	for i, c := range commands {
		next := uint32(0)
		if i < len(commands)-1 {
			c.body += zero((8 - len(c.body)%8) % 8)
			next = uint32(smbHeader + len(c.body))
		}
		if c.answer {
			c.flags |= smbResponse
		}
		all += pack("\xfeSMB", uint16(64), uint16(0), c.status, uint16(c.command), uint16(1), c.flags, next, uint64(c.id), uint32(0), c.tree, uint64(1), zero(16), c.body)
	}
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(all)))) + all
}

func fileID(n byte) string { return strings.Repeat(string(rune(n)), 16) }

const sameFile = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"

func createAsk(name string, options uint32) string {
	n := wide(name)
	return pack(uint16(57), zero(38), options, uint16(64+56), uint16(len(n)), zero(8), n)
}

func createSay(id string, size uint64, attributes uint32) string {
	return pack(uint16(89), zero(46), size, attributes, uint32(0), id, zero(8))
}

func readAsk(id string, offset uint64, n uint32) string {
	return pack(uint16(49), uint16(0), n, offset, id, zero(17))
}

func readSay(data string) string {
	return pack(uint16(17), uint8(80), uint8(0), uint32(len(data)), zero(8), data)
}

func writeAsk(id string, offset uint64, data string) string {
	return pack(uint16(49), uint16(112), uint32(len(data)), offset, id, zero(16), data)
}

func writeSay(n int) string { return pack(uint16(17), uint16(0), uint32(n), zero(9)) }

func closeAsk(id string) string { return pack(uint16(24), uint16(0), zero(4), id) }

func treeAsk(path string) string {
	p := wide(path)
	return pack(uint16(9), uint16(0), uint16(64+8), uint16(len(p)), p)
}

func treeSay(kind uint8) string { return pack(uint16(16), kind, zero(13)) }

// setAsk is a SET_INFO of a file.
func setAsk(id string, class uint8, info string) string {
	return pack(uint16(33), uint8(1), class, uint32(len(info)), uint16(96), zero(6), id, info)
}

func sessionAsk(blob string) string {
	return pack(uint16(25), zero(10), uint16(88), uint16(len(blob)), zero(8), blob)
}

func sessionSay(blob string) string {
	return pack(uint16(9), uint16(0), uint16(72), uint16(len(blob)), blob)
}

func ntlmChallenge(computer string) string {
	c := wide(computer)
	info := pack(uint16(2), uint16(2), wide("D"), uint16(1), uint16(len(c)), c, uint32(0))
	return pack("NTLMSSP\x00", uint32(2), zero(8), uint32(1), zero(16), uint16(len(info)), uint16(len(info)), uint32(48), info)
}

func ntlmAuth(domain, account, workstation string) string {
	d, a, w := wide(domain), wide(account), wide(workstation)
	at := uint32(64)
	span := func(s string) string {
		p := pack(uint16(len(s)), uint16(len(s)), at)
		at += uint32(len(s))
		return p
	}
	return "spnego" + pack("NTLMSSP\x00", uint32(3), zero(16), span(d), span(a), span(w), zero(8), uint32(1), d, a, w)
}

// mounted is a dialogue up to a share, behind which turns follow.
func mounted(turns ...turn) []turn {
	return append([]turn{
		asks(smbFrame(smb2{command: 1, id: 1, body: sessionAsk("NTLMSSP\x00\x01\x00\x00\x00")})),
		says(smbFrame(smb2{command: 1, id: 1, answer: true, status: 0xc0000016, body: sessionSay(ntlmChallenge("SRV1"))})),
		asks(smbFrame(smb2{command: 1, id: 2, body: sessionAsk(ntlmAuth("DOM", "anna", "PC7"))})),
		says(smbFrame(smb2{command: 1, id: 2, answer: true, body: sessionSay("")})),
		asks(smbFrame(smb2{command: 3, id: 3, body: treeAsk(`\\SRV1\data`)})),
		says(smbFrame(smb2{command: 3, id: 3, answer: true, tree: 5, body: treeSay(1)})),
	}, turns...)
}

func answered(c smb2, status uint32, body string) turn {
	c.answer, c.status, c.body = true, status, body
	return says(smbFrame(c))
}

const smbNames = "Action Path Name Size"

func TestSMB(t *testing.T) {
	open := smb2{command: 5, id: 4, tree: 5, body: createAsk(`a\b.zip`, 0)}
	read := smb2{command: 8, id: 5, tree: 5, body: readAsk(fileID(1), 0, 5000)}
	again := smb2{command: 8, id: 6, tree: 5, body: readAsk(fileID(1), 0, 5000)}
	write := smb2{command: 9, id: 8, tree: 5, body: writeAsk(fileID(1), 5000, strings.Repeat("w", 200))}
	done := smb2{command: 6, id: 9, tree: 5, body: closeAsk(fileID(1))}
	data := "PK\x03\x04" + strings.Repeat("x", 4996)
	k := listen(t, newSMB, mounted(
		asks(smbFrame(open)), answered(open, 0, createSay(fileID(1), 5000, 0)),
		asks(smbFrame(read)), says(smbFrame(smb2{command: 8, id: 5, answer: true, status: smbPending, flags: smbAsync, body: zero(9)})), answered(read, 0, readSay(data)),
		asks(smbFrame(again)), answered(again, 0, readSay(data)),
		asks(smbFrame(write)), answered(write, 0, writeSay(200)),
		asks(smbFrame(done)), answered(done, 0, zero(60)))...)
	k.check(t, "ntlm", "Account Domain Client Server Success Error", `"anna" "DOM" "PC7" "SRV1" 1 ""`)
	k.check(t, "smb_mapping", "Object Verb Result Count", `"\\\\SRV1\\data" "DISK" "" -1`)
	k.check(t, "smb_files", smbNames,
		`"SMB::FILE_OPEN" "\\\\SRV1\\data" "a\\b.zip" 5000`, `"SMB::FILE_READ" "\\\\SRV1\\data" "a\\b.zip" 5200`, `"SMB::FILE_WRITE" "\\\\SRV1\\data" "a\\b.zip" 5200`)
	k.check(t, "files", fileNames, `"SMB" -1 "a\\b.zip" "application/zip" 5000 5200 0`, `"SMB" 1 "a\\b.zip" "" 200 -1 0`)
	if k.service != "smb" {
		t.Errorf("service %q", k.service)
	}
}

func TestSMBCompound(t *testing.T) {
	same := smb2{flags: smbRelated, tree: 5}
	one := func(command, id int, body string, answer bool) smb2 {
		c := same
		c.command, c.id, c.body, c.answer = command, id, body, answer
		return c
	}
	k := listen(t, newSMB, mounted(
		asks(smbFrame(one(5, 4, createAsk("n", 0x1000), false), one(9, 5, writeAsk(sameFile, 0, "%PDF-1.4"), false), one(6, 6, closeAsk(sameFile), false))),
		says(smbFrame(one(5, 4, createSay(fileID(2), 0, 0), true), one(9, 5, writeSay(8), true), one(6, 6, zero(60), true))))...)
	k.check(t, "smb_files", smbNames, `"SMB::FILE_OPEN" "\\\\SRV1\\data" "n" 0`, `"SMB::FILE_WRITE" "\\\\SRV1\\data" "n" 8`, `"SMB::FILE_DELETE" "\\\\SRV1\\data" "n" 8`)
	k.check(t, "files", fileNames, `"SMB" 1 "n" "application/pdf" 8 -1 0`)
}

func TestSMBChanges(t *testing.T) {
	open := smb2{command: 5, id: 4, tree: 5, body: createAsk("old", 0)}
	name := wide("new")
	rename := smb2{command: 17, id: 5, tree: 5, body: setAsk(fileID(1), 10, pack(zero(16), uint32(len(name)), name))}
	dispose := smb2{command: 17, id: 6, tree: 5, body: setAsk(fileID(1), 13, "\x01")}
	k := listen(t, newSMB, mounted(asks(smbFrame(open)), answered(open, 0, createSay(fileID(1), 1, 0)), asks(smbFrame(rename)), answered(rename, 0, zero(2)), asks(smbFrame(dispose)), answered(dispose, 0, zero(2)))...)
	k.check(t, "smb_files", "Action Name", `"SMB::FILE_OPEN" "old"`, `"SMB::FILE_RENAME" "new"`, `"SMB::FILE_DELETE" "new"`)
}

func TestSMBRefused(t *testing.T) {
	login := smb2{command: 1, id: 2, body: sessionAsk(ntlmAuth("", "root", ""))}
	tree := smb2{command: 3, id: 3, body: treeAsk(`\\S\C$`)}
	open := smb2{command: 5, id: 4, tree: 5, body: createAsk("x", 0)}
	k := listen(t, newSMB,
		asks(smbFrame(login)), answered(login, 0xc000006d, zero(8)),
		asks(smbFrame(tree)), answered(tree, 0xc0000022, zero(8)),
		asks(smbFrame(open)), answered(open, 0xc0001234, zero(8)),
		asks(smbFrame(login), smbFrame(tree)))
	k.check(t, "ntlm", "Account Client Success Error", `"root" "" -1 "STATUS_LOGON_FAILURE"`, `"root" "" 0 ""`)
	k.check(t, "smb_mapping", "Object Verb Result", `"\\\\S\\C$" "" "STATUS_ACCESS_DENIED"`, `"\\\\S\\C$" "" ""`)
	k.check(t, "smb_files", smbNames)
}

// TestSMBQuiet: directories and pipes are no files, SMB 1 and what is encrypted
// or compressed says nothing.
func TestSMBQuiet(t *testing.T) {
	tree := smb2{command: 3, id: 3, body: treeAsk(`\\S\IPC$`)}
	pipe := tree
	pipe.tree = 7
	open := smb2{command: 5, id: 4, tree: 7, body: createAsk("svcctl", 0)}
	write := smb2{command: 9, id: 5, tree: 7, body: writeAsk(fileID(1), 0, "call")}
	dir := smb2{command: 5, id: 6, tree: 5, body: createAsk("dir", 0)}
	k := listen(t, newSMB, mounted(
		asks(smbFrame(tree)), answered(pipe, 0, treeSay(2)),
		asks(smbFrame(open)), answered(open, 0, createSay(fileID(1), 0, 0x80)), asks(smbFrame(write)),
		asks(smbFrame(dir)), answered(dir, 0, createSay(fileID(2), 0, 0x10)),
		asks("\x00\x00\x00\x20\xfdSMB"+zero(28), "\x00\x00\x00\x20\xfcSMB"+zero(28), "\x85\x00\x00\x00", "\x00\x00\x00\x20\xffSMB"+zero(28)))...)
	k.check(t, "smb_files", smbNames)
	k.check(t, "files", fileNames)
	if len(k.Bads) > 0 {
		t.Errorf("bad: %+v", k.Bads)
	}
}

func TestSMBGaps(t *testing.T) {
	open := smb2{command: 5, id: 4, tree: 5, body: createAsk("f", 0)}
	opened := []turn{asks(smbFrame(open)), answered(open, 0, createSay(fileID(1), 1000, 0))}
	read := smb2{command: 8, id: 5, tree: 5, body: readAsk(fileID(1), 0, 1000)}
	reply := answered(read, 0, readSay("%PDF-"+strings.Repeat("x", 995))).text
	write := smbFrame(smb2{command: 9, id: 6, tree: 5, body: writeAsk(fileID(1), 0, strings.Repeat("y", 900))})
	f := func(turns []turn, want ...string) {
		t.Helper()
		listen(t, newSMB, mounted(append(opened[:2:2], turns...)...)...).check(t, "files", fileNames, want...)
	}
	f([]turn{asks(smbFrame(read)), says(reply[:400]), lostServer(300), says(reply[700:])}, `"SMB" -1 "f" "application/pdf" 700 1000 300`)
	f([]turn{asks(smbFrame(read)), says(reply[:400]), lostServer(5000), says("junk", reply)}, `"SMB" -1 "f" "application/pdf" 316 1000 684`)
	f([]turn{asks(smbFrame(read)), says(reply[:40]), lostServer(300), says(reply[340:])})
	f([]turn{lostClient(9), asks("junk between", write)}, `"SMB" 1 "f" "text/plain" 900 -1 0`)
	// The capture began in the middle; only one direction was captured.
	listen(t, newSMB, asks(write)).check(t, "files", fileNames, `"SMB" 1 "" "text/plain" 900 -1 0`)
	listen(t, newSMB, says(reply)).check(t, "files", fileNames)
	k := listen(t, newSMB, asks(write, "junk"), asks(write))
	if len(k.Bads) != 1 || k.Bads[0].Sample != "junk" {
		t.Errorf("bad: %+v", k.Bads)
	}
}

// TestSMBBounds opens more than is kept.
func TestSMBBounds(t *testing.T) {
	k := &talk{}
	a := newSMB(k.flow(&counter{})).(*smb)
	for i := range 3 * maxSMBFiles {
		id := pack(uint64(i), uint64(i))
		open := smb2{command: 5, id: i, tree: 5, body: createAsk("f", 0)}
		a.data(true, 1, 1, []byte(smbFrame(open)))
		if i%2 == 0 {
			a.data(false, 1, 1, []byte(answered(open, 0, createSay(id, 1, 0)).text))
		}
		tree := smb2{command: 3, id: 1 << 20, tree: uint32(i), body: treeAsk("s")}
		a.data(true, 1, 1, []byte(smbFrame(tree)))
		a.data(false, 1, 1, []byte(answered(tree, 0, treeSay(1)).text))
	}
	if len(a.open.of) > maxSMBFiles || len(a.pending.of) > maxSMBPending || len(a.trees.of) > maxSMBTrees {
		t.Errorf("%d files, %d requests, %d trees", len(a.open.of), len(a.pending.of), len(a.trees.of))
	}
}

func TestIsSMB(t *testing.T) {
	f := func(first string, want bool) {
		t.Helper()
		if got := isSMB(true, []byte(first)); got != want {
			t.Errorf("%q: %v", first, got)
		}
	}
	f("\x00\x00\x00\x40\xfeSMB", true)
	f("\x00\x00\x00\x40\xffSMB", true)
	f("\x81\x00\x00\x44\x20CKF", true)
	f("\x00\x00\x00\x40\xfeSM", false)
	f("GET / HTTP/1.1", false)
}

func FuzzSMB(f *testing.F) {
	open := smb2{command: 5, id: 4, tree: 5, body: createAsk("f", 0x1000)}
	read := smb2{command: 8, id: 5, tree: 5, body: readAsk(fileID(1), 0, 10)}
	rename := smb2{command: 17, id: 6, tree: 5, body: setAsk(fileID(1), 10, pack(zero(16), uint32(2), "a\x00"))}
	f.Add(seed(mounted(asks(smbFrame(open)), answered(open, 0, createSay(fileID(1), 1000, 0)), asks(smbFrame(read)), answered(read, 0, readSay("0123456789")), asks(smbFrame(rename)), answered(rename, 0, "\x02\x00"))...))
	f.Add(seed(asks(smbFrame(smb2{command: 9, id: 6, body: writeAsk(fileID(1), 1<<63, "abc")}))))
	f.Fuzz(func(t *testing.T, data []byte) { fuzz(t, newSMB, data) })
}

func BenchmarkSMB(b *testing.B) {
	open := smb2{command: 5, id: 4, tree: 5, body: createAsk("f", 0)}
	turns := mounted(asks(smbFrame(open)), answered(open, 0, createSay(fileID(1), 1<<20, 0)))
	for i := range 16 {
		turns = append(turns, asks(smbFrame(smb2{command: 9, id: 9 + i, tree: 5, body: writeAsk(fileID(1), uint64(i)<<16, strings.Repeat("x", 64<<10))})))
	}
	benchmark(b, newSMB, turns...)
}
