package reporttest

import (
	"fmt"
	"reflect"
	"time"

	"barium/internal/report"
)

// Attacks are texts that do harm where they are not made safe: terminal
// sequences, forged lines, markup, script, style, template actions, formulas,
// direction overrides, marks without number, bytes that are not UTF-8.
func Attacks() []string {
	marks := ""
	for range 200 {
		marks += "\u0301"
	}
	return []string{
		"\x1b]0;owned\x07\x1b[2J\x1b[1;1H",
		"\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
		"\x1b]52;c;cm0gLXJm\x07",
		"a\r\nNO SIGN IN WHAT WE CAN SEE\r\n",
		"\u009b31mred\u0085next\u2028line\u2029para",
		`<script>alert(1)</script>`,
		`"><img src=x onerror=alert(1)>`,
		`' onmouseover='alert(1)`,
		`</style><script>alert(1)</script>`,
		`</title></svg></pre><svg onload=alert(1)>`,
		`<!--`, `--><iframe src=javascript:alert(1)>`,
		`javascript:alert(1)`, `[x](javascript:alert(1))`,
		"`${alert(1)}`", `{{.}}{{template "x"}}`,
		`;background:url(http://evil.example/x);`, `expression(alert(1))`,
		`=HYPERLINK("http://evil.example")`, `+1+1`, `-2+3`, `@SUM(A1)`, "\t=1",
		"invoice\u202efdp.exe", "\u2066\u2067\u2068", "pay\u200bpal\ufeff", "a\U000e0041\U000e007f",
		"Z" + marks, "\xff\xfe\xed\xa0\x80\xc0\xaf", "\x00\x7f\x08",
		"&lt;b&gt;&amp;&#x1b;", `\x1b[2J`, "東京 🇨🇭 👍🏽",
		"\x1bP+q\x1b\\\x1b_x\x1b\\\x9d0;x\x9c", "\x90\x9b2J", "\x0e\x1b#8\x05", "a\rb", "a\nb", "a\u0085b", "a\x0b\x0cb",
		`<svg/onload=alert(1)>`, `<a href=javascript:alert(1)>x</a>`, `"><script>alert(1)</script>`, `]]></style>`, `&#106;avascript:alert(1)`, `x" onclick=alert(1) y="`,
		`=cmd|' /C calc'!A0`, ` "=1+1"`, "\r=1", `-`, `(empty)`, `null`, `N/A`, "\u0430dmin", "\u00ad\u061c\u180e", "\ufff9\ufffa\ufffb", "\U0001d173",
		`%s%n%[1]*d`, `\u001b[2J`, `","verdict":{"level":"none_seen"},"x":"`,
	}
}

// HostileWith returns DataLeft with the same attack in every text, numbered so
// that no two are equal, for the same shape of page as Hostile.
func HostileWith(attack string) *report.Document {
	i := 0
	return filled(func(_, _ string) string {
		i++
		return fmt.Sprintf("%s%d", attack, i)
	})
}

// Marked returns DataLeft with the name of its field in every text, such as
// "mark-Reason-7".
func Marked() *report.Document {
	i := 0
	return filled(func(field, _ string) string {
		i++
		return fmt.Sprintf("mark-%s-%d", field, i)
	})
}

// Hostile returns DataLeft with an attack for every text, a different one each
// time, beginning with the given one.
func Hostile(first int) *report.Document {
	attacks := Attacks()
	i := first
	return filled(func(_, _ string) string {
		i++
		return fmt.Sprintf("%s%d", attacks[i%len(attacks)], i)
	})
}

// filled returns DataLeft, a notice and a confirmed case added, with other
// texts. Levels stay, and what is empty.
func filled(f func(field, s string) string) *report.Document {
	d := DataLeft()
	d.Injected = "x"
	d.Verdict.Confirmed = []string{"x"}
	fill(reflect.ValueOf(d).Elem(), "", func(field, s string) string {
		if field == "Level" || field == "Schema" || s == "" {
			return s
		}
		return f(field, s)
	})
	return d
}

// fill replaces every string below v.
func fill(v reflect.Value, field string, f func(field, s string) string) {
	if _, ok := v.Interface().(time.Time); ok {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), v.Type().Field(i).Name, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), field, f)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			count := v.MapIndex(key)
			v.SetMapIndex(key, reflect.Value{})
			v.SetMapIndex(reflect.ValueOf(f(field, key.String())), count)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), field, f)
		}
	case reflect.String:
		v.SetString(f(field, v.String()))
	}
}

// Extremes are documents whose times, sizes and counts are at the limits of
// what a ledger can hold, or beyond.
func Extremes() map[string]*report.Document {
	const most, least = int64(1<<63 - 1), int64(-1 << 63)
	out := map[string]*report.Document{}
	for name, x := range map[string]struct {
		at time.Time
		n  int64
	}{
		"zero":     {time.Time{}, 0},
		"1601":     {time.Unix(-11644473600, 0), -1},
		"1970":     {time.Unix(0, 0), 1},
		"2106":     {time.Unix(1<<32, 0), 1 << 53},
		"2262":     {time.UnixMicro(most / 1000), most},
		"9999":     {time.Date(9999, 12, 31, 23, 59, 60, 0, time.UTC), most - 1},
		"year 36e": {time.Unix(1<<50, 0), least},
	} {
		d := DataLeft()
		number(reflect.ValueOf(d).Elem(), x.at.UTC(), x.n)
		out[name] = d
	}
	return out
}

// number replaces every time and every int64 below v.
func number(v reflect.Value, at time.Time, n int64) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(at))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			number(v.Field(i), at, n)
		}
	case reflect.Slice:
		for i := range v.Len() {
			number(v.Index(i), at, n)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			v.SetMapIndex(key, reflect.ValueOf(n))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			number(v.Elem(), at, n)
		}
	case reflect.Int64:
		v.SetInt(n)
	}
}
