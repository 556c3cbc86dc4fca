package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNamed puts names before addresses in texts, as a whole only, and leaves
// what leads back to a record alone.
func TestNamed(t *testing.T) {
	c := &Case{
		ID: "C-10.0.1.4", Hosts: []string{"10.0.1.4", "10.0.1.45", "2001:db8::5"}, Summary: "10.0.1.4 sent to 10.0.1.45; [2001:db8::5]:80 and 10.0.1.4, 110.0.1.4.",
		Checks: []Check{{Where: "host", Text: "what is 10.0.1.4?"}}, Events: []Event{{Text: "10.0.1.4 begins"}},
		Findings: []Finding{{Src: "10.0.1.4", Reason: "10.0.1.4 calls", Dst: "10.0.1.4", Evidence: []Evidence{{Raw: "10.0.1.4"}}}},
		Names: []HostName{
			{IP: "10.0.1.4", Name: "ws-1"},
			{IP: "2001:db8::5", Name: "a"},
			{IP: "2001:db8::5", Name: "b"},
			{IP: "2001:db8::5", Name: "a"},
			{IP: "2001:db8::5", Name: "c"},
		},
	}
	got := c.Named()
	if d := cmp.Diff([]string{"ws-1 (10.0.1.4)", "10.0.1.45", "a or b … (2001:db8::5)"}, got.Hosts); d != "" {
		t.Error(d)
	}
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	f(got.Summary, "ws-1 (10.0.1.4) sent to 10.0.1.45; [a or b … (2001:db8::5)]:80 and ws-1 (10.0.1.4), 110.0.1.4.")
	f(got.Checks[0].Text, "what is ws-1 (10.0.1.4)?")
	f(got.Events[0].Text, "ws-1 (10.0.1.4) begins")
	f(got.Findings[0].Src, "ws-1 (10.0.1.4)")
	f(got.Findings[0].Dst, "10.0.1.4")
	f(got.Findings[0].Evidence[0].Raw, "10.0.1.4")
	f(got.ID, c.ID)
	f(c.Summary[:8], "10.0.1.4")
	c.Names = nil
	if c.Named() != c {
		t.Error("a case without names is copied")
	}
}

// TestMaskNames wants no name of a machine in a masked document.
func TestMaskNames(t *testing.T) {
	d := &Document{Cases: []Case{{
		Hosts: []string{"10.0.1.4"}, Summary: "10.0.1.4, which is nurse-station-12, sent it",
		Names: []HostName{{IP: "10.0.1.4", Name: "nurse-station-12"}},
	}}}
	got := d.Mask()
	if c := got.Cases[0]; len(c.Names) > 0 || c.Summary != "host-1, which is name-1, sent it" {
		t.Errorf("%+v", c)
	}
}
