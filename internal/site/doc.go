// Package site holds what a house says of itself: three small files in a folder.
//
// Vocabulary:
//
//   - asset: a machine, or a range of them, with name and role.
//   - approval: somebody's word that data may flow between two ends, in one
//     direction, up to a ceiling a day, until a day.
//   - crown jewel: a host, share, path or file type that holds what thieves come
//     for, with its class and value.
//   - confirmed: a row that a person stands behind. A proposal is a row that is
//     not confirmed; it has no effect.
package site
