#!/bin/sh
# The lab: one storm, short or long; the default suite has a smoke of each.
#	tests/lab.sh NAME [long]	BUILD=folder (build), SEED=n repeats one
set -eu
cd "$(dirname "$0")/.."

# Name, what runs it, and what is set: short, long.
storms="kill      test_kill.py           KILLS=100              KILLS=1000
calls     test_calls.py          CALLS=all              CALLS=all
cut       test_cut.py            CUTS=50,XFS_CUTS=50    CUTS=500,XFS_CUTS=50
memory    test_memory.py         MALLOCS=300            MALLOCS=all
io        test_io_faults.py      IO=60                  IO=all
disk      test_disk.py           -                      -
slow      test_slow_clients.py   SLOW=500               SLOW=500
wall      test_wall.py           JUMPS=200              JUMPS=200
step      test_step.py           STEP=1                 STEP=1
receivers test_bad_receivers.py  RECEIVERS=30           RECEIVERS=120
damage    test_damage.py         FLIPS=20,MIGRATIONS=all FLIPS=200,MIGRATIONS=all
overload  test_overload.py       OVERDUE=10000          OVERDUE=10000
soak      test_soak.py           SOAK=600,FAULT=60      SOAK=28800,FAULT=60
sabotage  sabotage.py            -                      -
simulation simulation/simulation.py -                   -
fuzz      fuzz/fuzz.py           -                      -
msan      msan.py                -                      -
valgrind  grind.py               -                      -
threads   grind.py               -                      -
api       grind.py               -                      -
speed     bench/speed.py         -                      -
trixie    test_trixie.py         TRIXIE=1               TRIXIE=1"

row=$(echo "$storms" | awk -v name="${1-}" '$1 == name')
if [ -z "$row" ] || [ "${2-long}" != long ]; then
	echo "usage: lab.sh NAME [long]; NAME is one of" >&2
	echo "$storms" | awk '{ print "\t" $1 "\t" $3 "\t" $4 }' >&2
	exit 2
fi
# shellcheck disable=SC2086
set -- $row "${2-short}"
export BUILD="${BUILD-build}"
settings=$3
[ "$5" = short ] || settings=$4
if [ "$settings" != - ]; then
	# shellcheck disable=SC2046
	export $(echo "$settings" | tr , ' ')
fi
# The peers of the intake; without npm the table says what was not measured.
[ "$1" != speed ] || npm ci --prefix tests/bench --no-audit --no-fund --silent </dev/null || true
case $1 in
sabotage) exec /usr/bin/python3 "tests/$2" ;;
threads | api) exec /usr/bin/python3 "tests/$2" "$1" ;;
simulation | fuzz | msan | valgrind | speed) exec /usr/bin/python3 "tests/$2" "$5" ;;
esac
exec /usr/bin/python3 -m pytest -q -s -p no:cacheprovider "tests/$2"
