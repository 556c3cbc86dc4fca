#!/bin/sh
# Runs every fuzz target of the repository for a time.
# usage: fuzz.sh TIME
set -eu
time=$1
go=${GO:-go}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Only the packages that have a target are built: linking DuckDB takes long.
dirs=$(grep -rl --include='*_test.go' '^func Fuzz' . | sed 's#/[^/]*$##' | sort -u)
count=0
for dir in $dirs; do
	for target in $($go test -list '^Fuzz' "$dir" | grep '^Fuzz'); do
		echo "fuzz $dir $target for $time"
		if $go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$dir" >"$log" 2>&1; then
			tail -n 2 "$log"
		elif grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log"; then
			# go test sometimes reports its own end of time as a failure (golang/go#75804).
			echo "ok: time was up"
		else
			cat "$log"
			exit 1
		fi
		count=$((count + 1))
	done
done
echo "fuzz targets run: $count"
[ "$count" -gt 0 ]
