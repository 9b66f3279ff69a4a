#!/bin/sh
# Fetches the JavaScript client that the tests of docs/getting-started.md use. Without Node they skip that part.
set -u
cd "$(dirname "$0")/../tests/clients"

notice() {
    echo "No JavaScript client: $1. The test that makes a call with one will say so and skip it."
    exit 0
}

command -v npm >/dev/null 2>&1 || notice "there is no npm on this machine"
echo "Fetching a JavaScript client for the tests with npm: a minute at most"
npm ci --ignore-scripts --loglevel=error || notice "npm could not fetch it"
touch node_modules/.installed
