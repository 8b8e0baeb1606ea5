#!/bin/sh
# The programs the browser and signature checks need, installed where that is possible without asking anybody.
set -eu
missing=''
for package in chromium poppler-utils fonts-nanum; do
    if ! dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
        missing="$missing $package"
    fi
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086  # a list of words
    if apt-get -qq update >/dev/null && apt-get -qq install --no-install-recommends -y $missing >/dev/null; then
        exit 0
    fi
fi
echo "Not installed:$missing. The checks that need them will fail and say so; everything else runs."
