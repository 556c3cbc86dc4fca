// Package ledgertest holds the suite that every store of ledgers must pass. The
// tests of a store call Run.
package ledgertest
