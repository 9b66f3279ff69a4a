#!/bin/sh
# Makes .venv, or mends it when its Python is gone: with venv, else with virtualenv, else says what to install.
set -eu

if .venv/bin/python -c 'import pip' 2>/dev/null; then
    exit 0
fi

python=$(tools/python.sh)
echo "Making the virtual environment .venv with $("$python" --version)"
"$python" -m venv --clear .venv >/dev/null 2>&1 && exit 0
"$python" -m virtualenv --quiet --clear .venv 2>/dev/null && exit 0

rm -rf .venv
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
cat >&2 <<MESSAGE
$python cannot make a virtual environment: its module venv or ensurepip is missing.
On Debian and Ubuntu:   apt-get install python$version-venv
Elsewhere:              install the package virtualenv for $python
Then run the same command again.
MESSAGE
exit 1
