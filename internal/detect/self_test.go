package detect

import "testing"

func TestNamedIn(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got := NamedIn([]string{"user-pc", "ward7"}, text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	f("PW_admin-USER-PC_2024_03_07.html", "user-pc")
	f("user-pc", "user-pc")
	f("user-pc2.html", "") // another machine
	f("superuser-pc.html", "")
	f("user-pc2 of user-pc", "user-pc")
	f("list of WARD7.csv", "ward7")
	f("ward 7", "")
	f("", "")
	if got := NamedIn([]string{"a-a-a"}, "xa-a-a-a"); got != "a-a-a" {
		t.Errorf("a later place that overlaps: %q", got)
	}
}

func TestIsStamped(t *testing.T) {
	f := func(name string, want bool) {
		t.Helper()
		if IsStamped(name) != want {
			t.Errorf("%q: %t", name, !want)
		}
	}
	f("PW_admin-USER-PC_2024_03_07_19_00_36.html", true)
	f("20240307190036.zip", true)
	f("2024-03-07T19-00-36", true)
	f("a 2024-03-07 19.00.36", true)
	f("2024_03_07.html", false) // a day is what people write too
	f("120240307190036", false) // a longer number
	f("202403071900361", false)
	f("2024_13_07_19_00_36", true) // months are not checked to the end
	f("2024_23_07_19_00_36", false)
	f("", false)
}

func TestChecksTerm(t *testing.T) {
	const minute = 60_000_000
	checks := []AddressCheck{{"a.test", 10 * minute}, {"b.test", 20 * minute}, {"c.test", 60 * minute}}
	f := func(sent int64, want string) {
		t.Helper()
		term, ok := ChecksTerm(checks, sent)
		if ok != (want != "") || term.Text != want {
			t.Errorf("%d: %q, want %q", sent/minute, term.Text, want)
		}
	}
	f(9*minute, "")
	f(21*minute, "asked b.test for its own public address 60 s before")
	f(25*minute, "asked b.test for its own public address 5 min before")
	f(35*minute, "asked b.test for its own public address 15 min before")
	f(36*minute, "")
	f(70*minute, "asked c.test for its own public address 10 min before")
}
