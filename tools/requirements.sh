#!/bin/sh
# Pins what pyproject.toml and package.json name: versions and hashes, never an address.
# Keeps the versions already pinned; `tools/requirements.sh --upgrade` takes the newest instead.
set -eu
cd "$(dirname "$0")/.."

bench=$(mktemp -d)
trap 'rm -rf "$bench"' EXIT
python=$(tools/python.sh)
"$python" -m venv "$bench"
"$bench/bin/python" -m pip install -qq --disable-pip-version-check pip-tools

pin() {
    output=$1
    shift
    "$bench/bin/python" -m piptools compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-annotate \
        --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
        --output-file "$output" "$@"
}

pin requirements.txt "$@" pyproject.toml
pin requirements-dev.txt --extra dev --constraint requirements.txt "$@" pyproject.toml
"$python" -c '
import tomllib, pathlib
print(*tomllib.loads(pathlib.Path("pyproject.toml").read_text())["build-system"]["requires"], sep="\n")' |
    pin requirements-build.txt --constraint requirements-dev.txt "$@" -

if command -v npm >/dev/null 2>&1; then
    npm install --package-lock-only --ignore-scripts --loglevel=error >/dev/null
    "$python" tools/trim_lock.py
fi
