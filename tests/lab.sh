#!/bin/sh
# The lab: one storm, short as in the default suite or long.
#	tests/lab.sh NAME [long]	BUILD=folder (build), SEED=n repeats one
set -eu
cd "$(dirname "$0")/.."

storms="kill      test_kill.py           KILLS=1000
calls     test_calls.py          CALLS=all
cut       test_cut.py            CUTS=500,XFS_CUTS=50
memory    test_memory.py         MALLOCS=300
io        test_io_faults.py      IO=all
disk      test_disk.py           -
slow      test_slow_clients.py   SLOW=500
wall      test_wall.py           JUMPS=200
receivers test_bad_receivers.py  RECEIVERS=120
damage    test_damage.py         FLIPS=200,MIGRATIONS=all
sabotage  test_sabotage.py       -
overload  test_overload.py       OVERDUE=10000
soak      test_soak.py           SOAK=28800,FAULT=60
speed     test_speed.py          -
fuzz      fuzz/fuzz.py           -
valgrind  grind.py               -
simulation simulation/simulation.py -"

row=$(echo "$storms" | awk -v name="${1-}" '$1 == name')
if [ -z "$row" ] || [ "${2-long}" != long ]; then
	echo "usage: lab.sh NAME [long]; NAME is one of" >&2
	echo "$storms" | awk '{ print "\t" $1 "\t" $3 }' >&2
	exit 2
fi
# shellcheck disable=SC2086
set -- $row "${2-short}"
export BUILD="${BUILD-build}"
if [ "$1 $4" = "sabotage long" ]; then
	exec /usr/bin/python3 tests/sabotage.py
fi
if [ "$1" = speed ]; then
	exec /usr/bin/python3 tests/bench/speed.py "$4"
fi
if [ "$1" = fuzz ]; then
	exec /usr/bin/python3 tests/fuzz/fuzz.py "$4"
fi
if [ "$1" = valgrind ]; then
	exec /usr/bin/python3 tests/grind.py "$4"
fi
if [ "$1" = simulation ]; then
	exec /usr/bin/python3 tests/simulation/simulation.py "$4"
fi
if [ "$4" = long ] && [ "$3" != - ]; then
	# shellcheck disable=SC2046
	export $(echo "$3" | tr , ' ')
fi
exec /usr/bin/python3 -m pytest -q -s -p no:cacheprovider "tests/$2"
