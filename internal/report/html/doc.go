// Package html draws a document as one self-contained page: no script, no
// request to anywhere, the same bytes for the same document. It is meant to be
// shown, mailed and printed.
//
// Vocabulary:
//
//   - view: what the template draws, with every text made safe, every number
//     written out and every list cut to what a page can hold.
//   - chart: bytes out over time; bars are drawn as SVG, labels as text, so that
//     they stay readable on a narrow screen.
//   - more: how many entries of a list were left out.
//
// Every string that came out of a log passes through report/safe, which takes
// out what HTML escaping leaves in (control characters, direction overrides),
// and then through html/template.
package html
