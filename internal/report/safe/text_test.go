package safe

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
	f("", "")
	f("plain /webdav/OfficeSupplies.7z", "plain /webdav/OfficeSupplies.7z")
	f("Zürich, 東京, Ελλάδα, שלום", "Zürich, 東京, Ελλάδα, שלום")
	f("+8 · −9 → ±3 %", "+8 · −9 → ±3 %")
	f("\x1b]0;owned\x07", `\x1b]0;owned\x07`)
	f("\x1b[2J\x1b]52;c;aGk=\x1b\\", `\x1b[2J\x1b]52;c;aGk=\x1b\`)
	f("a\tb\r\nc\x00d\x7f", `a\tb\r\nc\x00d\x7f`)
	f("a\u009bb\u0085c", `a\u009bb\u0085c`) // C1 as characters
	f("a\x9bb", `a\x9bb`)                   // C1 as a byte
	f("\xed\xa0\x80", `\xed\xa0\x80`)       // a surrogate
	f("\xc0\xaf", `\xc0\xaf`)               // overlong
	f("invoice\u202Efdp.exe", `invoice\u202efdp.exe`)
	f("\u2066a\u2069\u061c\u200e", `\u2066a\u2069\u061c\u200e`)
	f("pay\u200bpal\u2060\ufeff\u00ad", `pay\u200bpal\u2060\ufeff\u00ad`)
	f("a\u2028b\u2029c\u00a0d\u3000", `a\u2028b\u2029c\u00a0d\u3000`)
	f("a\U000E0041\ufe0f\u3164\u2800\U000E0100", `a\U000e0041\ufe0f\u3164\u2800\U000e0100`)
	f("\ue000\U000F0000\uFFFF", `\ue000\U000f0000\uffff`)
	f("a\u0301\u0302\u0303\u0304\u0305\u0306b", "a\u0301\u0302\u0303\u0304"+`\u0305\u0306b`)
	f("\u0301a", `\u0301a`)             // a mark with nothing to sit on
	f("\u200b\u0301a", `\u200b\u0301a`) // and none behind an escape
	f(`literal \x1b`, `literal \x1b`)
}

func TestWidthAndShort(t *testing.T) {
	width := func(s string, want int) {
		t.Helper()
		if got := Width(s); got != want {
			t.Errorf("Width(%q) = %d, want %d", s, got, want)
		}
	}
	width("", 0)
	width("abc", 3)
	width("Zürich", 6)
	width("Zu\u0308rich", 6)
	width("東京", 4)
	width("🇨🇭", 2)
	width("👍🏽", 2)
	width("\u1112\u1161\u11ab", 2)

	short := func(s string, width int, want string) {
		t.Helper()
		if got := Short(s, width); got != want {
			t.Errorf("Short(%q, %d) = %q, want %q", s, width, got, want)
		}
	}
	short("abcdef", 6, "abcdef")
	short("abcdef", 5, "abcd…")
	short("abcdef", 1, "…")
	short("abcdef", 0, "")
	short("abcdef", -1, "")
	short("東京都", 5, "東京…")
	short("東京都", 4, "東…")
	short("e\u0301e\u0301e\u0301", 2, "e\u0301…")
	short("🇨🇭🇨🇭", 3, "🇨🇭…")
	short("\x1b[2J", 4, `\x1…`)
	short(strings.Repeat("e\u0301\u0301\u0301\u0301", 1<<16), 3, "e\u0301\u0301\u0301\u0301e\u0301\u0301\u0301\u0301…")
	short(strings.Repeat("\xff", 1<<20), 5, `\xff…`)
}

func TestCutEnds(t *testing.T) {
	rest, rounds := "東京e\u0301x", 0
	for rest != "" {
		_, rest = Cut(rest, 0)
		rounds++
	}
	if rounds != 4 {
		t.Errorf("%d clusters, want 4", rounds)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{
		"", "a", "\x1b[2J", "\u202e", "a\u0301\u0301\u0301\u0301\u0301", "\xff\xfe", "\xed\xa0\x80", "🇨🇭👍🏽",
		"\U000E0041", "\u115f\u1160\u1161", "\ufeff\u2028", "東京\u3000",
	} {
		f.Add(s, 5)
	}
	f.Fuzz(func(t *testing.T, s string, width int) {
		got := Text(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Text(%q) = %q is not UTF-8", s, got)
		}
		marks := maxMarks
		for _, r := range got {
			if unicode.IsControl(r) || !unicode.IsPrint(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Bidi_Control, r) ||
				unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) {
				t.Fatalf("Text(%q) shows %U", s, r)
			}
			if unicode.Is(unicode.M, r) {
				marks++
			} else {
				marks = 0
			}
			if marks > maxMarks {
				t.Fatalf("Text(%q) = %q has too many marks in a row", s, got)
			}
		}
		if again := Text(got); again != got {
			t.Fatalf("Text is not idempotent: %q, then %q", got, again)
		}
		width %= 200
		cut := Short(s, width)
		if w := Width(cut); w > max(width, 0) {
			t.Fatalf("Short(%q, %d) = %q is %d wide", s, width, cut, w)
		}
		if Text(cut) != cut {
			t.Fatalf("Short(%q, %d) = %q is not safe", s, width, cut)
		}
		if Width(got) <= width && cut != got && width > 0 {
			t.Fatalf("Short(%q, %d) = %q cut what fits", s, width, cut)
		}
	})
}
