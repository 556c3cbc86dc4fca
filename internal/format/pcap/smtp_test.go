package pcap

import (
	"fmt"
	"strings"
	"testing"
)

const mailNames = "From To Helo UserAgent Size Code TLS Filenames"

const letter = "Subject: not to be kept\r\nX-Mailer: m 1\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"--x y\"\r\n\r\n" +
	"----x y\r\nContent-Type: text/plain\r\n\r\nnot to be kept either\r\n" +
	"----x y\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\nContent-Type: text/html\r\n\r\n<html>\r\n--in--\r\n\r\n" +
	"----x y\r\nContent-Type: application/zip; name=\"=?utf-8?B?csOpLnppcA==?=\"\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBAAA\r\nAQ==\r\n" +
	"----x y\r\nContent-Disposition: attachment; filename*=utf-8''a%20b.txt\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n..=41=\r\nB=zz\r\n----x y--\r\n"

func envelope(turns ...turn) []turn {
	return append([]turn{
		says("220 mx.test ESMTP\r\n"), asks("EHLO pc1\r\n"), says("250-mx.test\r\n250 PIPELINING\r\n"),
		asks("MAIL FROM:<a@x.test> SIZE=9\r\nRCPT TO:<b@y.test>\r\nRCPT TO:<c@z.test>\r\n"), says("250 ok\r\n250 ok\r\n550 no\r\n"),
	}, turns...)
}

func TestSMTP(t *testing.T) {
	k := listen(t, newSMTP, envelope(asks("DATA\r\n"), says("354 go\r\n"), asks(letter, ".\r\nQUIT\r\n"), says("250 queued\r\n221 bye\r\n"))...)
	size := len(letter) - 1 // a dot was put before a line
	k.check(t, "smtp", mailNames, fmt.Sprintf(`"a@x.test" ["b@y.test" "c@z.test"] "pc1" "m 1" %d 250 false ["ré.zip" "a b.txt"]`, size))
	k.check(t, "files", fileNames, `"SMTP" 1 "ré.zip" "application/zip" 7 -1 0`, `"SMTP" 1 "a b.txt" "text/plain" 6 -1 0`)
	if k.service != "smtp" || strings.Contains(strings.Join(k.Texts(), ""), "not to be kept") {
		t.Errorf("service %q, %q", k.service, k.Texts())
	}
}

// TestOwnName looks for the machine's name in subjects, and for the program.
func TestOwnName(t *testing.T) {
	f := func(helo, header, want string) {
		t.Helper()
		k := listen(t, newSMTP, asks("EHLO "+helo+"\r\nMAIL FROM:<a>\r\nDATA\r\n"), says("250 x\r\n250 x\r\n354 go\r\n"),
			asks(header, "\r\nSubject: in the text ward-pc-7\r\n.\r\n"))
		k.check(t, "smtp", "Anonymous NamesSelf", want)
		if strings.Contains(strings.Join(k.Texts(), ""), "Loot") {
			t.Errorf("a subject in %q", k.Texts())
		}
	}
	f("ward-pc-7", "Subject: Loot of WARD-PC-7\r\n", "1 1")
	f("ward-pc-7.clinic.test", "Subject: Loot of\r\n\tWARD-PC-7\r\nX-Mailer: m\r\n", "-1 1")
	f("ward-pc-7", "Subject: =?utf-8?B?TG9vdCB3YXJkLXBjLTc=?=\r\n", "1 1")
	f("ward-pc-7", "Subject: Loot of ward-pc-8\r\n", "1 -1")
	f("ward-pc-7", "From: a\r\n", "1 -1")
	f("pc7", "Subject: Loot of pc7\r\n", "1 0") // too short to say anything
	f("[10.0.0.7]", "Subject: Loot of [10.0.0.7]\r\n", "1 0")
	f("localhost", "Subject: Loot of localhost\r\n", "1 0")
	f("ward-pc-7", strings.Repeat("X: y\r\n", maxFields+1)+"Subject: Loot of ward-pc-7\r\n", "0 0") // not read to its end
	k := listen(t, newSMTP, asks("EHLO ward-pc-7\r\nMAIL FROM:<a>\r\nDATA\r\n"), says("250 x\r\n250 x\r\n354 go\r\n"), asks("From: a\r\n"), lostClient(100), asks("\r\n.\r\n"), says("250 ok\r\n"))
	k.check(t, "smtp", "Anonymous NamesSelf", "0 0")
}

func TestSMTPEnds(t *testing.T) {
	f := func(turns []turn, want ...string) {
		t.Helper()
		listen(t, newSMTP, envelope(turns...)...).check(t, "smtp", "Size Code", want...)
	}
	data, again := asks("DATA\r\n"), asks("MAIL FROM:<>\r\nDATA\r\n")
	f([]turn{data, says("354 go\r\n"), asks("x\r\n.\r\n"), says("554 no\r\n"), again, says("250 ok\r\n354 go\r\n"), asks(".\r\n"), says("250 ok\r\n")},
		"3 554", "0 250")
	f([]turn{data, says("503 no\r\n"), asks("QUIT\r\n"), says("221 bye\r\n")})
	// A dot between bare line feeds is an end only for a server that takes it as one.
	f([]turn{data, says("354 go\r\n"), asks("x\n.\n"), says("250 ok\r\n"), again, says("250 ok\r\n354 go\r\n"), asks("yy\r\n.\r\n"), says("250 ok\r\n")},
		"2 250", "4 250")
	f([]turn{data, says("354 go\r\n"), asks("x\n.\nRCPT TO:<z>\r\n.\r\n"), says("250 ok\r\n")}, "16 250")
	f([]turn{data, says("354 go\r\n"), asks("cut off")}, "7 -1")
	// Only the client was captured.
	f([]turn{data, asks("x\r\n.\r\n"), asks("QUIT\r\n")}, "3 -1")
	f([]turn{data, asks("RSET\r\nQUIT\r\n")})
	// BDAT (RFC 3030).
	f([]turn{asks("BDAT 3\r\na\r\nBDAT 4 LAST\r\nb\r\n."), says("250 ok\r\n250 ok\r\n")}, "7 250")
	f([]turn{asks("BDAT 3 LAST\r\na"), lostClient(2), says("250 ok\r\n")}, "1 250")
	f([]turn{asks("BDAT 0 LAST\r\n"), says("250 ok\r\n")}, "0 250")
	// Answers to AUTH are no commands.
	f([]turn{asks("AUTH LOGIN\r\n"), says("334 VXNlcg\r\n"), asks("DATA\r\n"), says("334 UGFzcw\r\n"), asks("QUIT\r\n"), says("235 ok\r\n")})
	// A gap in a message.
	f([]turn{data, says("354 go\r\n"), asks("x\r\n"), lostClient(1000), asks("y\r\n.\r\n"), says("250 ok\r\n")}, "6 250")
}

func TestSMTPTLS(t *testing.T) {
	for _, turns := range [][]turn{
		{says("220 x\r\n"), asks("EHLO pc1\r\n"), says("250 STARTTLS\r\n"), asks("STARTTLS\r\n"), says("220 go\r\n"), asks("\x16\x03\x01MAIL FROM:<a>\r\n")},
		{asks("EHLO pc1\r\nSTARTTLS\r\n"), asks("\x16\x03\x01MAIL FROM:<a>\r\n")},
	} {
		k := listen(t, newSMTP, turns...)
		k.check(t, "smtp", "From Helo Size TLS", `"" "pc1" -1 true`)
	}
	listen(t, newSMTP, says("220 x\r\n"), asks("EHLO pc1\r\nSTARTTLS\r\n"), says("250 x\r\n454 no\r\n"), asks("MAIL FROM:<a>\r\nDATA\r\n"), says("250 ok\r\n354 go\r\n"), asks(".\r\n")).
		check(t, "smtp", "From Size TLS", `"a" 0 false`)
}

// TestEntity looks at what senders may do to hide an attachment.
func TestEntity(t *testing.T) {
	f := func(message string, want ...string) {
		t.Helper()
		k := listen(t, newSMTP, asks("EHLO a\r\nMAIL FROM:<a>\r\nDATA\r\n"), says("250 x\r\n250 x\r\n354 go\r\n"), asks(message, "\r\n.\r\n"))
		k.check(t, "files", "Filename MIME Seen", want...)
	}
	f("Content-Type: application/pdf\r\n\r\n%PDF-1", `"" "application/pdf" 8`)
	f("CONTENT-DISPOSITION : ATTACHMENT; FILENAME=x.7z\r\n\r\n7z\xbc\xaf\x27\x1c", `"x.7z" "application/x-7z-compressed" 8`)
	// No end of the multipart, no end of the header, no boundary.
	f("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Disposition: attachment\r\n\r\nabc\r\n", `"" "text/plain" 7`)
	f("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Disposition: attachment; filename=a\r\n--b\r\nContent-Disposition: attachment; filename=c\r\n\r\nabc\r\n--b--", `"c" "text/plain" 3`)
	f("Content-Type: multipart/mixed\r\n\r\n--b\r\n", `"" "text/plain" 7`)
	// Parts behind the end are still looked at.
	f("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n--b \r\nContent-Type: image/png\r\n\r\nabc\r\n--b--", `"" "text/plain" 3`)
	// Deeper than we look: the rest counts as a file.
	deep := strings.Repeat("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", maxNested+1)
	f(strings.TrimSuffix(deep, "--b\r\n")+"text", `"" "text/plain" 6`)
	f("Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBO Rw0K!Ggo=AAAA", `"" "image/png" 11`)
	f(strings.Repeat("X: y\r\n", 1000) + "Content-Type: image/png\r\n\r\nabc")
	f("Content-Type: image/png\r\n name=a\r\n\r\nx\r\n", `"" "text/plain" 5`)
}

func FuzzSMTP(f *testing.F) {
	f.Add(seed(envelope(asks("DATA\r\n"), says("354 go\r\n"), asks(letter, ".\r\n"), says("250 ok\r\n"))...))
	f.Add(seed(envelope(asks("BDAT 3\r\na\r\nBDAT 4 LAST\r\nb\r\n."), says("250 ok\r\n250 ok\r\n"))...))
	f.Add(seed(says("220 x\r\n"), asks("EHLO a\r\nSTARTTLS\r\n"), says("250 ok\r\n220 go\r\n"), asks("\x16\x03")))
	f.Add(seed(asks("DATA\r\n"), says("354 go\r\n"), asks("x\n.\n"), says("250 ok\r\n")))
	f.Fuzz(func(t *testing.T, data []byte) { fuzz(t, newSMTP, data) })
}

func BenchmarkSMTP(b *testing.B) {
	line := strings.Repeat("iVBORw0K", 9) + "\r\n"
	benchmark(b, newSMTP, envelope(asks("DATA\r\n"), says("354 go\r\n"),
		asks("Content-Disposition: attachment; filename=a\r\nContent-Transfer-Encoding: base64\r\n\r\n", strings.Repeat(line, 14000), ".\r\n"), says("250 ok\r\n"))...)
}
