#!/bin/sh
# Runs the demo in an empty folder and checks what a newcomer would see.
# usage: demo-check.sh BARIUM SEED
set -eu
barium=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
seed=$2
readme=$PWD/README.md

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

status=0
"$barium" demo --seed "$seed" >out.txt 2>err.txt </dev/null || status=$?

fail() {
	cat out.txt err.txt
	echo "demo with seed $seed: $1"
	exit 1
}

# 0 or 2: hunt's exit status says 2 when there is something to report.
[ "$status" -eq 0 ] || [ "$status" -eq 2 ] || fail "exit status $status"
grep -qi 'data left, unexplained' out.txt || fail 'the verdict is not "data left, unexplained"'
grep -qi 'injected' out.txt err.txt || fail 'it does not say that the theft is injected'
[ -s barium-report.html ] || fail 'there is no barium-report.html'
# What the README shows of it must be so, but for what is left out there.
if [ "$seed" = 1 ]; then
	awk '/^\$ .*run demo/ { on = 1; next } on && /^```/ { exit } on && !/…/ && !/^(HTML report|What was injected)/' "$readme" >shown.txt
	[ -s shown.txt ] || fail 'the README shows no demo'
	awk 'NR == FNR { want[++n] = $0; next } at < n && $0 == want[at + 1] { at++ }
		END { if (at < n) { print "not there, or not in this order: " want[at + 1]; exit 1 } }' shown.txt out.txt || fail 'the README shows another demo'
fi
echo "demo with seed $seed: the verdict names the injected theft"
