// Package cleartext finds content that a host inside hands to a server outside in
// clear, in small: a mail that it submits by itself, a form that it posts. Files
// and whatever is large are of package upload.
//
// Vocabulary:
//
//   - mail: a message handed to a mail server outside whose envelope the logs show,
//     by a host that serves no mail itself.
//   - form: a request with a body, without TLS, to a far end from which the host
//     never fetched anything.
//   - own name: what the host calls itself in DHCP, NetBIOS, a log-on or to a mail
//     server.
package cleartext
