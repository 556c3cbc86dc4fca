#!/bin/sh
# Runs every fuzz target of the repository for a time, three on each core.
# usage: fuzz.sh TIME
set -eu
time=$1
go=${GO:-go}

# One target: fuzz.sh one BINARY DIR TARGET TIME
if [ "$time" = one ]; then
	log=$2.$4.out
	cd "$3"
	cache=$($go env GOCACHE)/fuzz/barium/$3
	mkdir -p "$cache"
	if "$2" -test.run '^$' -test.fuzz "^$4\$" -test.fuzztime "$5" -test.fuzzminimizetime 1s -test.fuzzcachedir "$cache" -test.parallel 1 >"$log" 2>&1; then
		echo "$3 $4: $(grep '^fuzz: ' "$log" | tail -n 1)"
	elif grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log"; then
		# go test sometimes reports its own end of time as a failure (golang/go#75804).
		echo "$3 $4: ok, time was up"
	else
		echo "$3 $4:"
		cat "$log"
		exit 1
	fi
	exit 0
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Only the packages that have a target are built, one after the other: linking
# DuckDB takes long.
for dir in $(grep -rl --include='*_test.go' '^func Fuzz' . | sed 's#/[^/]*$##; s#^\./##' | sort -u); do
	binary=$tmp/$(echo "$dir" | tr / -)
	$go test -c -fuzz . -o "$binary" "./$dir"
	(cd "$dir" && "$binary" -test.list '^Fuzz') | grep '^Fuzz' | sed "s#^#$binary $dir #; s#\$# $time#" >>"$tmp/targets"
done
# Three a core: a target waits for its worker process much of the time.
jobs=$((3 * $(getconf _NPROCESSORS_ONLN)))
GO=$go xargs -n 4 -P "$jobs" sh "$0" one <"$tmp/targets"
echo "fuzz targets run: $(wc -l <"$tmp/targets")"
