// Package term draws a document on a terminal, or into any text file: verdict,
// cases, blind spots, sources.
//
// Vocabulary:
//
//   - page: the text being written, with its width and whether it has colours.
//   - hang: the column in which the second and further lines of a text begin.
//   - spark: a chart of one line, made of block characters.
//
// Every string that came out of a log passes through report/safe.
package term
