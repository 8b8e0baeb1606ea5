#!/bin/sh
# phase.sh <name> <command ...>: runs one part and says how long it took.
name=$1
shift
began=$(date +%s)
"$@"
code=$?
took=$(($(date +%s) - began))
if [ "$code" -eq 0 ]; then
    echo "-- $name: ok, $took s"
else
    echo "-- $name: FAILED (code $code), $took s" >&2
fi
exit "$code"
