package format

// IPv4 reads four decimal numbers with dots between them into dst, four bytes.
// Leading zeros are refused, since programs disagree about whether they mean octal.
// When it returns false, dst may hold anything.
func IPv4(b, dst []byte) bool {
	part, digits, n := 0, 0, 0
	for _, c := range b {
		if c == '.' {
			if digits == 0 || part == 3 {
				return false
			}
			dst[part] = byte(n)
			part++
			digits, n = 0, 0
			continue
		}
		if c -= '0'; c > 9 || digits > 0 && n == 0 {
			return false
		}
		if n = n*10 + int(c); n > 255 {
			return false
		}
		digits++
	}
	if part != 3 || digits == 0 {
		return false
	}
	dst[3] = byte(n)
	return true
}
