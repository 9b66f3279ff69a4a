#!/bin/sh
# Fetches the explorer's files with npm. Without Node the hub runs all the same, so this never fails; it says so.
set -u

notice() {
    echo "The explorer is not installed: $1. /explorer will show the schema instead; \`make explorer\` tries again."
    exit 0
}

command -v npm >/dev/null 2>&1 || notice "there is no npm on this machine"
echo "Fetching the explorer with npm: a minute at most"
npm ci --ignore-scripts --loglevel=error || notice "npm could not fetch it"
touch node_modules/.installed
