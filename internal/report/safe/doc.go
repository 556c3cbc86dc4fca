// Package safe makes strings that came out of logs harmless to look at. A log
// field is written by whoever was on the network, so it may hold escape
// sequences that repaint a terminal, line breaks that forge a report line,
// direction overrides that turn a file name around, or characters that nobody
// can see.
//
// Vocabulary:
//
//   - visible: a character that a reader sees and that changes nothing but its
//     own cell.
//   - escape: the visible spelling of what is not: \t, \n, \r, \xNN for one byte
//     that is a control character or not UTF-8, \uNNNN and \UNNNNNNNN for other
//     characters.
//   - cell: the width of one narrow character on a terminal.
//   - cluster: a base character with the marks that belong to it; it is never
//     cut in two.
package safe
