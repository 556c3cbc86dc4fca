// Package container takes sources out of what they are packed in: one layer of
// compression (Open), and archives of several files (Unpack, TarReader,
// ZipReader). It goes by the first bytes, never by the name, and hands on every
// byte it can before it reports damage. It writes nothing anywhere. Compression
// inside compression, and archives inside archives, are left to the user.
package container
