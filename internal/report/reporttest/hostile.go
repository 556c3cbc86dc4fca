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
	}
}

// Hostile returns DataLeft with an attack for every text, a different one each
// time, beginning with the given one. Levels stay, and what is empty, so that
// the page has the same shape; a notice and a confirmed case are added.
func Hostile(first int) *report.Document {
	d := DataLeft()
	d.Injected = "x"
	d.Verdict.Confirmed = []string{"x"}
	attacks := Attacks()
	i := first
	fill(reflect.ValueOf(d).Elem(), "", func(field, s string) string {
		if field == "Level" || field == "Schema" || s == "" {
			return s
		}
		i++
		return fmt.Sprintf("%s%d", attacks[i%len(attacks)], i)
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
