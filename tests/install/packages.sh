#!/usr/bin/env bash
# packages.sh SOURCE BUILD: makes the Debian packages of the built programs, looks into them, runs both programs from
# the unpacked files, and installs, removes and purges them where root may mount an overlay over the system.
set -euo pipefail
source_dir=$1
build_dir=$2

if ! command -v dpkg-deb >/dev/null || ! command -v dpkg-shlibdeps >/dev/null; then
    echo "skipped: no dpkg-deb or dpkg-shlibdeps"
    exit 77
fi
die() {
    echo "packages: $*" >&2
    exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cpack --config "$build_dir/CPackConfig.cmake" -G DEB -B "$work/debs" >"$work/cpack.log" 2>&1 || {
    cat "$work/cpack.log" >&2
    die "cpack failed"
}
for package in cotmoc cotmoc-hub; do
    deb=$(echo "$work/debs/${package}"_[0-9]*.deb)
    dpkg-deb -x "$deb" "$work/root"
    dpkg-deb -e "$deb" "$work/$package.control"
    # Each library that the program needs is named by a package that shlibdeps found.
    grep -q '^Depends:.*libsodium23.*libzstd1' "$work/$package.control/control" || die "$package: no dependencies"
    [[ "$("$work/root/usr/bin/$package" --version)" == "$package $(dpkg-deb -f "$deb" Version)" ]] ||
        die "$package: another version than the package's"
done
dpkg-deb -c "$work"/debs/cotmoc_*.deb | grep -v /$ | awk '{print $6}' >"$work/files"
dpkg-deb -c "$work"/debs/cotmoc-hub_*.deb | grep -v /$ | awk '{print $6}' >>"$work/files"
diff -u "$source_dir/cmake/packaging/debian/files" <(sort "$work/files") || die "other files than the list names"
[[ "$(cat "$work/cotmoc-hub.control/conffiles")" == /etc/default/cotmoc-hub ]] || die "the conffile is not named"

# The unit: known to systemd, and as closed as it was.
if command -v systemd-analyze >/dev/null; then
    unit=$work/cotmoc-hub.service
    sed "s|/usr/bin/cotmoc-hub|$work/root/usr/bin/cotmoc-hub|; /^Documentation/d" \
        "$work/root/lib/systemd/system/cotmoc-hub.service" >"$unit"
    systemd-analyze verify --man=no "$unit" 2>"$work/verify" || true
    [[ ! -s "$work/verify" ]] || { cat "$work/verify" >&2; die "systemd-analyze verify"; }
    systemd-analyze security --offline=true --threshold=15 --no-pager "$unit" >"$work/security" ||
        { tail -n 1 "$work/security" >&2; die "the service is more exposed than 1.5"; }
    tail -n 1 "$work/security" | tr -d '→'
else
    echo "skipped: systemd-analyze is not here"
fi
if command -v lintian >/dev/null; then
    lintian --fail-on error,warning --allow-root --tag-display-limit 0 "$work"/debs/*.deb ||
        lintian_failed=yes
    [[ -z "${lintian_failed:-}" ]] || die "lintian"
else
    echo "skipped: lintian is not here"
fi

# The programs as installed: a province and a hub that serves.
export COTMOC_KDF=low COTMOC_PASSPHRASE='a long sentence for the test'
bin=$work/root/usr/bin
printf '{"spaces": [{"id": "kon-tum", "label": "Tỉnh"}]}' >"$work/fleet.json"
"$bin/cotmoc" -C "$work/auth" authority init --province kon-tum --spaces "$work/fleet.json" \
    --catalogue "$source_dir/examples/kontum/data/catalogue.json" >"$work/init.out"
"$bin/cotmoc-hub" --data "$work/hub" init >"$work/hub.request"
"$bin/cotmoc" -C "$work/auth" authority enrol "$work/hub.request" --role hub >"$work/hub.grant"
root=$(cat "$work/init.out")
"$bin/cotmoc-hub" --data "$work/hub" join "$work/hub.grant" --root "$root"
"$bin/cotmoc-hub" --data "$work/hub" verify >/dev/null
echo "both programs run from the unpacked packages"

# A whole system to install into: the machine's own, with all changes kept apart. Nothing of it stays.
install_in_overlay() {
    mount -t tmpfs tmpfs "$1" || exit 77
    mkdir "$1/upper" "$1/work" "$1/root"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root" || exit 77
    mkdir -p "$1/root/debs"
    cp "$2"/*.deb "$1/root/debs"
    mount -t proc proc "$1/root/proc" 2>/dev/null || true
    chroot "$1/root" bash -euc '
        dpkg -i /debs/cotmoc_*.deb /debs/cotmoc-hub_*.deb
        cotmoc --version; cotmoc-hub --version
        [ "$(stat -c %U:%G:%a /var/lib/cotmoc-hub)" = cotmoc-hub:cotmoc-hub:700 ]
        [ "$(stat -c %U:%G:%a /etc/cotmoc-hub)" = root:cotmoc-hub:750 ]
        [ "$(id -u cotmoc-hub)" -lt 1000 ] && getent passwd cotmoc-hub | grep "nologin$" >/dev/null
        runuser -u cotmoc-hub -- env COTMOC_KDF=low COTMOC_PASSPHRASE="a long sentence for the test" \
            cotmoc-hub --data /var/lib/cotmoc-hub init | grep . >/dev/null && [ -f /var/lib/cotmoc-hub/key.cotmoc ]
        # What the administrator wrote survives an upgrade and a removal; a purge takes it away.
        echo "# mine" >>/etc/default/cotmoc-hub
        dpkg --force-confold -i /debs/cotmoc-hub_*.deb
        grep -q mine /etc/default/cotmoc-hub
        dpkg -r cotmoc-hub
        [ -f /var/lib/cotmoc-hub/key.cotmoc ] && [ -f /etc/default/cotmoc-hub ] && [ ! -e /usr/bin/cotmoc-hub ]
        dpkg -P cotmoc-hub cotmoc
        [ ! -e /var/lib/cotmoc-hub ] && [ ! -e /etc/default/cotmoc-hub ] && [ ! -e /etc/cotmoc-hub ]
    '
}
export -f install_in_overlay
mkdir "$work/overlay"
if [[ $EUID -ne 0 ]]; then
    echo "skipped: only root can install the packages"
    exit 0
fi
status=0
unshare --mount bash -euc 'install_in_overlay "$1" "$2"' _ "$work/overlay" "$work/debs" \
    >"$work/dpkg.log" 2>&1 || status=$?
case $status in
    0) echo "installed, upgraded, removed and purged" ;;
    77) echo "skipped: no overlay can be mounted here" ;;
    *) cat "$work/dpkg.log" >&2; die "the installation failed" ;;
esac
