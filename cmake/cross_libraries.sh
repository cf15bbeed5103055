#!/usr/bin/env bash
# cross_libraries.sh ARCHITECTURE FOLDER: the libraries of another machine (arm64, armhf, s390x), from Debian's
# own packages. They are unpacked into FOLDER, never installed: apt works on lists of its own there, which it verifies
# as ever, so that neither root nor `dpkg --add-architecture` is needed and no package of this system is touched.
set -euo pipefail

if [[ $# -ne 2 ]]; then
    echo "usage: cross_libraries.sh ARCHITECTURE FOLDER" >&2
    exit 2
fi
architecture=$1
folder=$2
packages=(libsodium-dev libzstd-dev zlib1g-dev libpng-dev libqrencode-dev libqrencode4 librapidcheck-dev)

die() {
    echo "cmake/cross_libraries.sh: $*" >&2
    exit 1
}

if [[ "$(cat "$folder/.packages" 2>/dev/null)" == "${packages[*]}" ]]; then
    exit 0
fi
for command in apt-get dpkg-deb; do
    command -v "$command" >/dev/null || die "no $command: this is no Debian system"
done
mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{state/lists/partial,cache/archives/partial,packages,unpacked}
echo "cmake/cross_libraries.sh: fetching ${packages[*]} for $architecture"
apt=(apt-get -q -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" -o APT::Sandbox::User=root
     -o "Dir::State=$work/state" -o "Dir::Cache=$work/cache" -o Dir::State::status=/dev/null)
# One list of several may be missing while a mirror changes; what is fetched is checked against the others.
"${apt[@]}" update </dev/null >/dev/null || echo "cmake/cross_libraries.sh: not all of apt's lists could be had" >&2
(cd "$work/packages" && "${apt[@]}" download "${packages[@]}" </dev/null >/dev/null) ||
    die "apt-get could not fetch the packages for $architecture: check the network"
for package in "$work"/packages/*.deb; do
    dpkg-deb -x "$package" "$work/unpacked"
done
# Static ones where there are any: names of shared ones are links that may point into the system.
for archive in "$work"/unpacked/usr/lib/*/*.a; do
    rm -f "${archive%.a}".so*
done
echo "${packages[*]}" >"$work/unpacked/.packages"
rm -rf "$folder"
mv -T "$work/unpacked" "$folder"
