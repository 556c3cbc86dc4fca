#!/bin/sh
# accuracy.sh BARIUM [PAGE] measures barium prove anew and puts its tables between
# the marks in docs/accuracy.md.
#
#   HOSTS, DAYS, PLACEMENTS  of the generated background (default 200, 21, 3); the
#                            plain thefts are injected into half of the hosts and
#                            14 days, once for every third placement
#   SEEDS                    of the runs of which the reliability is told over all (default
#                            "1 2 3 4 5 6"); each of 100 machines and 14 days, each story once
#   SHARED_DATA              folder with network/ctu-008 and network/ctu-011; these are
#                            left as they are when it is not set
#   OUT                      keep texts, JSON documents and pages in this folder
#   FROM                     take stories.txt, sweep.txt, ctu.txt, reliability.txt and
#                            reliability-ctu.txt, those of them that are there, from this folder instead of
#                            measuring
set -eu

barium=$1
page=${2:-docs/accuracy.md}
shift "$(($# < 2 ? $# : 2))"
out=${FROM:-${OUT:-$(mktemp -d)}}
mkdir -p "$out"
if [ -z "${OUT:-}${FROM:-}" ]; then trap 'rm -rf "$out"' EXIT INT TERM; fi

# put NAME replaces what stands between the marks by the text of that name.
put() {
	[ -s "$out/$1.txt" ] || return 0
	awk -v name="$1" -v file="$out/$1.txt" '
		$0 == "<!-- begin " name " -->" {
			print; print "```"
			while ((getline line < file) > 0) {
				if (line ~ /^NOT TESTED/ || line ~ /^RELIABILITY/ && name !~ /^reliability/) break
				if (line ~ /^GROUPS/ && name == "reliability-ctu") break
				if (line == "") { held++; continue }
				for (; held > 0; held--) print ""
				print line
			}
			print "```"; skip = 1
		}
		$0 == "<!-- end " name " -->" { skip = 0 }
		!skip' "$page" > "$page.new"
	mv "$page.new" "$page"
}

# measure NAME ARGUMENTS… runs prove and keeps what it says.
measure() {
	name=$1
	shift
	"$barium" prove --json "$out/$name.json" --html "$out/$name.html" "$@" > "$out/$name.txt"
}

if [ -z "${FROM:-}" ]; then
	hosts=${HOSTS:-200} placements=${PLACEMENTS:-3}
	measure stories --hosts "$hosts" --days "${DAYS:-21}" --placements "$placements" --no-sweep
	measure sweep --hosts "$((hosts / 2))" --days 14 --placements "$(((placements + 2) / 3))" --no-stories
	if [ -n "${SHARED_DATA:-}" ]; then
		measure ctu --placements 3 "$SHARED_DATA/network/ctu-008/data" "$SHARED_DATA/network/ctu-011/data"
	fi
	for seed in ${SEEDS:-1 2 3 4 5 6}; do
		measure "seed$seed" --hosts 100 --days 14 --placements 1 --no-sweep --seed "$seed"
		set -- "$@" "$out/seed$seed.json"
	done
	"$barium" prove --pool --json "$out/reliability.json" "$@" > "$out/reliability.txt"
	if [ -n "${SHARED_DATA:-}" ]; then
		measure ctu-stories --placements 3 --no-sweep "$SHARED_DATA/network/ctu-008/data" "$SHARED_DATA/network/ctu-011/data"
		"$barium" prove --pool "$out/ctu-stories.json" > "$out/reliability-ctu.txt"
	fi
fi
for name in stories sweep ctu reliability reliability-ctu; do put "$name"; done
