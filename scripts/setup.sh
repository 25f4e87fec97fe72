#!/bin/sh
# Installs the Debian packages that Mynah needs and that are missing: with apt-get, with sudo when not root.
set -eu

command -v cargo >/dev/null 2>&1 || {
    echo "mynah: cargo is missing. Install a Rust toolchain (1.92 or later) first: https://rustup.rs" >&2
    exit 1
}

missing=""
need() { # need PACKAGE, if the test that follows fails
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
have() { command -v "$1"; }

need build-essential have cc
need g++ have c++
need cmake have cmake
need pkg-config have pkg-config
need libasound2-dev pkg-config --exists alsa
need espeak-ng have espeak-ng
# Debian installs servers where only root's PATH looks.
need mosquitto sh -c 'command -v mosquitto || test -x /usr/sbin/mosquitto'
# Fetches models from the Python package index.
need python3-pip python3 -m pip --version
need python3 have python3

[ -z "$missing" ] && exit 0
echo "mynah: installing$missing"

if ! command -v apt-get >/dev/null 2>&1; then
    echo "mynah: this is not a Debian-like system. Install the equivalents of:$missing" >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1; then
    as_root="sudo"
else
    echo "mynah: neither root nor sudo. Ask the owner of this machine to run: apt-get install$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
$as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $missing || {
    echo "mynah: could not install$missing; install them by hand and try again" >&2
    exit 1
}
