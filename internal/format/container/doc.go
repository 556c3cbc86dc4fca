// Package container takes the compression off a source. It goes by the first
// bytes, never by the name, and hands on every byte it can before it reports
// damage. Compression inside compression, and archives of several files, are
// left to the user.
package container
