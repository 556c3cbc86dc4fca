package formattest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
)

func TestRecorder(t *testing.T) {
	buf := []byte("example.org1.1.1.1")
	e := event.DNS{Head: event.Head{Offset: 7, UID: []byte{}}, Query: buf[:11], Answers: [][]byte{buf[11:]}, QType: 1}
	r := Recorder{Scribble: true}
	r.DNS(&e)
	for i, c := range buf {
		if c != 0xdb && i < 11 {
			t.Fatalf("byte %d is not overwritten", i)
		}
	}
	want := Record{
		Kind: "dns", Offset: 7,
		Event: event.DNS{Head: event.Head{Offset: 7}, Query: []byte("example.org"), Answers: [][]byte{[]byte("1.1.1.1")}, QType: 1},
		Text:  `dns TS=0 Sensor="" UID="" Orig= Resp= OrigPort=0 RespPort=0 Proto=unknown_transport Query="example.org" QType=1 RCode=0 Answers=["1.1.1.1"] Rejected=false`,
	}
	if d := cmp.Diff(want, r.Records[0]); d != "" {
		t.Error(d)
	}
	r.Conn(&event.Conn{Head: event.Head{Offset: 9}})
	r.Conn(&event.Conn{Head: event.Head{Offset: 8}})
	r.Sort()
	if r.Records[0].Offset != 8 || r.Records[1].Offset != 9 || r.Records[2].Kind != "dns" {
		t.Error(r.Texts())
	}
	if d := cmp.Diff(map[string]int{"conn": 2, "dns": 1}, r.Counts()); d != "" {
		t.Error(d)
	}
}
