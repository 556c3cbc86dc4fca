// Package upload finds data that leaves in bulk, as one large or many small
// transfers, against the host's and its peers' past (detection D05), and says
// which files were taken where a log names them.
package upload
