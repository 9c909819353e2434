#!/bin/sh
# Some Node with npm is needed to install the packages, which bring the Node that Shika runs on. On Debian as root it
# is installed; anybody else is told what to do.
set -eu

oldest=18

major() { node --version 2> /dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p'; }

if ! command -v npm > /dev/null || ! command -v node > /dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo 'make setup: installing nodejs and npm' >&2
    export DEBIAN_FRONTEND=noninteractive
    install='apt-get install --yes -qq --no-install-recommends nodejs npm'
    $install > /dev/null 2>&1 || { apt-get update -qq && $install > /dev/null; } || true
  fi
fi
found=$(major)
if [ "${found:-0}" -ge "$oldest" ] && command -v npm > /dev/null; then exit 0; fi
echo "make setup: found ${found:+Node $found and }$(command -v npm > /dev/null && echo npm || echo no npm), expected Node $oldest or newer with npm; on Debian: sudo apt-get install nodejs npm" >&2
exit 1
