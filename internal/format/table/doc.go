// Package table reads any table of connections, look-ups, requests and the like
// by a mapping: a YAML file that says which column goes into which field of a
// record. A table is CSV (with any separator), JSON, one object after the other,
// or rows that lie somewhere inside JSON documents.
//
//   - mapping.go, parse.go: a mapping and its language
//   - fields.go: the fields of each type of record, by Zeek's names
//   - value.go, names.go, clock.go: what cells say
//   - row.go: one row becomes one record
//   - csv.go, json.go, expand.go: where rows begin and cells stand
//   - sniff.go: which mapping fits a source
//   - guess.go, propose.go: a mapping for an unknown table, to be edited
//   - mappings/: the mappings that come with the program
package table
