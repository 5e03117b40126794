#!/bin/sh
# Command 1 of README.md: install what is needed, build, and show the main job
# live.  --once ends the daemon afterwards instead of leaving it up.
set -eu
cd "$(dirname "$0")/.."
tests/install.sh build
echo "building ..."
cmake -S . -B build -G Ninja -DCMAKE_C_COMPILER=gcc >build.log 2>&1 || { cat build.log; exit 1; }
ninja -C build >build.log 2>&1 || { tail -60 build.log; exit 1; }
exec /usr/bin/python3 tests/demo.py "$@"
