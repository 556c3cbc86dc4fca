// Package beacon finds hosts that call the same far end again and again in a
// rhythm, as implants do that wait for orders (detection D01).
package beacon
