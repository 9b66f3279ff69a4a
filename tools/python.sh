#!/bin/sh
# Prints the first Python 3.11 or newer of this machine, or says what to install.
set -eu

for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        command -v "$candidate"
        exit 0
    fi
done

found=$(python3 --version 2>/dev/null || echo "no python3")
echo "The hub needs Python 3.11 or newer; found $found. Install it, or name one: make PYTHON=/path/to/python3.11 ..." >&2
exit 1
