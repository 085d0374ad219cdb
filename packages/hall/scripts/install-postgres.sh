#!/bin/sh
# Installs Debian's PostgreSQL, with which the tests of the store in a database run. No server is started: each file of
# tests starts one of its own. Does nothing where it is there already.
set -eu
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends postgresql >/dev/null
