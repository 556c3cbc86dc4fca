// Package cloud finds hosts that send to storage that anybody can rent, or by
// tools that copy whole folders there, against what the house does (detection D07).
//
// Vocabulary:
//
//   - service: storage outside that anybody can use, under one or several domains.
//   - drop: a service that takes files without an account, or hides whose they are.
//   - tool: a program that copies folders to a service, known by the user agent that
//     it shows.
package cloud
