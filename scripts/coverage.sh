#!/bin/sh
# Prints the coverage of each package in a profile of go test.
# usage: coverage.sh PROFILE
set -eu
awk '
	NR == 1 { next } # mode: atomic
	{
		file = $1
		sub(/:.*/, "", file)
		sub(/\/[^\/]*$/, "", file)
		block = $1
		if (!(block in size)) { size[block] = $2; package[block] = file }
		if ($3 > 0) hit[block] = 1
	}
	END {
		for (b in size) {
			p = package[b]
			all[p] += size[b]; sum += size[b]
			if (b in hit) { run[p] += size[b]; ran += size[b] }
		}
		for (p in all) printf "%6.1f %%  %s\n", 100 * run[p] / all[p], p | "sort -k3"
		close("sort -k3")
		if (sum > 0) printf "%6.1f %%  all statements\n", 100 * ran / sum
	}
' "$1"
