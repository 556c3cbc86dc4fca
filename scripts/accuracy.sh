#!/bin/sh
# accuracy.sh BARIUM [PAGE] measures barium prove anew and puts its tables between
# the marks in docs/accuracy.md.
#
#   HOSTS, DAYS, PLACEMENTS  of the generated background (default 300, 21, 2)
#   SHARED_DATA              folder with network/ctu-008 and network/ctu-011; left out if not set
#   OUT                      keep the JSON documents and pages in this folder
#   FROM                     take the texts in this folder (generated.txt, ctu.txt) instead of measuring
set -eu

barium=$1
page=${2:-docs/accuracy.md}
out=${OUT:-$(mktemp -d)}
mkdir -p "$out"
if [ -z "${OUT:-}" ]; then trap 'rm -rf "$out"' EXIT INT TERM; fi

put() { # NAME: replace what stands between the marks by the file
	[ -s "$out/$1.txt" ] || return 0
	awk -v name="$1" -v file="$out/$1.txt" '
		$0 == "<!-- begin " name " -->" {
			print; print "```"
			while ((getline line < file) > 0) {
				if (line ~ /^NOT TESTED/) break
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

measure() { # NAME ARGUMENTS…
	name=$1
	shift
	"$barium" prove --json "$out/$name.json" --html "$out/$name.html" "$@" > "$out/$name.txt"
}

if [ -n "${FROM:-}" ]; then
	cp "$FROM"/*.txt "$out"
else
	measure generated --hosts "${HOSTS:-300}" --days "${DAYS:-21}" --placements "${PLACEMENTS:-2}"
	if [ -n "${SHARED_DATA:-}" ]; then
		measure ctu --placements 5 "$SHARED_DATA/network/ctu-008/data" "$SHARED_DATA/network/ctu-011/data"
		sed -i "s|$SHARED_DATA/||g" "$out/ctu.txt"
	fi
fi
put generated
put ctu
