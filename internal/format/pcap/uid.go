package pcap

import (
	"crypto/sha256"
	"encoding/binary"

	"barium/internal/event"
)

// uidLength is the length of a uid: C and 17 digits of base 62, as Zeek's.
const uidLength = 18

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// identify writes the uid of a flow: a hash of its ends, its first time and
// where its first packet lies. The same capture gives the same uids.
func identify(uid *[uidLength]byte, k *key, ts event.Time, offset int64) {
	var b [16 + 16 + 2 + 2 + 1 + 8 + 8]byte
	binary.BigEndian.PutUint64(b[:], k.a.hi)
	binary.BigEndian.PutUint64(b[8:], k.a.lo)
	binary.BigEndian.PutUint64(b[16:], k.b.hi)
	binary.BigEndian.PutUint64(b[24:], k.b.lo)
	binary.BigEndian.PutUint16(b[32:], k.aPort)
	binary.BigEndian.PutUint16(b[34:], k.bPort)
	b[36] = byte(k.proto)
	binary.BigEndian.PutUint64(b[37:], uint64(ts))
	binary.BigEndian.PutUint64(b[45:], uint64(offset))
	sum := sha256.Sum256(b[:])
	uid[0] = 'C'
	for i := 1; i < uidLength; i++ {
		uid[i] = base62[int(sum[i])%len(base62)]
	}
}
