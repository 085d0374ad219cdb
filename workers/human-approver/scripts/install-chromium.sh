#!/bin/sh
# Installs Debian's Chromium, in which the tests of the page run. Does nothing where it is there already.
set -eu
[ -x /usr/bin/chromium ] && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium >/dev/null
/usr/bin/chromium --version
