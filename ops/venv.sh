#!/bin/sh
# venv.sh <directory> run|dev: the virtual environment from the hashed lock, touched only when a lock has changed.
set -eu
venv=$1
kind=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
run_lock="$here/requirements.lock"
dev_lock="$here/requirements-dev.lock"

wanted() { cksum <"$run_lock"; if [ "$1" = dev ]; then cksum <"$dev_lock"; fi; }
is_new_enough='import sys; raise SystemExit(sys.version_info < (3, 11))'

choose_python() {
    for name in "${PYTHON:-python3}" python3.11 python3.12 python3.13 python3.14 python; do
        if "$name" -c "$is_new_enough" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    echo "This program needs Python 3.11 or newer; none was found (name one with PYTHON=/path/to/python make run)." >&2
    exit 2
}

if ! "$venv/bin/python" -c "$is_new_enough" >/dev/null 2>&1; then
    python=$(choose_python)
    if ! "$python" -m venv --clear "$venv" >/dev/null 2>&1; then
        echo "$python cannot make a virtual environment in $venv; on Debian install python3-venv." >&2
        exit 2
    fi
fi

# A development environment holds everything the other one does.
for has in $([ "$kind" = run ] && echo run) dev; do
    stamp="$venv/.installed-$has"
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(wanted "$has")" ]; then
        exit 0
    fi
done

lock=$run_lock
[ "$kind" = run ] || lock=$dev_lock
echo "Installing the packages of $(basename "$lock") (only when it has changed)"
rm -f "$venv/.installed-run" "$venv/.installed-dev"
# Twice quiet: what it still says are errors, not opinions on the machine's own pip settings.
"$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-input --no-compile \
    --no-deps --require-hashes --requirement "$lock" || {
    echo "The packages of $lock could not be installed; the lines above say which. Is the package index reachable?" >&2
    exit 2
}
wanted "$kind" >"$venv/.installed-$kind"
