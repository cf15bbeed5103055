#!/usr/bin/env bash
# shrunk.sh SOURCE BUILD: the tests of tests/jni/java once more, after ProGuard has shrunk, optimized and renamed the
# library and them by the rules that come with the AAR. R8 reads the same rules; it is no package of Debian's.
set -euo pipefail
source_dir=$1
build_dir=$2

if ! command -v proguard >/dev/null; then
    if [[ -n ${COTMOC_JAVA_NEEDED:-} ]]; then
        echo "there is no ProGuard (cmake/setup.sh --java), and COTMOC_JAVA_NEEDED is set" >&2
        exit 1
    fi
    echo "skipped: no ProGuard"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
jdk=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")

# The newest release of Java of which Debian's ProGuard reads class files, as ct.sym and class files name it.
release=11 letter=B version=55
javac --release $release -encoding UTF-8 -Xlint:all,-options -Werror -cp "$build_dir/java/cotmoc.jar" \
    -d "$work/tests" "$source_dir"/tests/jni/java/vn/cotmoc/*.java
python3 "$source_dir/tests/jni/library_jar.py" "$jdk/lib/ct.sym" $letter $version "$work/library.jar"
cat >"$work/tests.pro" <<'RULES'
-keep class vn.cotmoc.UnitTests {
    public static void main(java.lang.String[]);
}
-keep class vn.cotmoc.Probe {
    native <methods>;
}
RULES
proguard -injars "$build_dir/java/cotmoc.jar" -injars "$work/tests" -outjars "$work/shrunk.jar" \
    -libraryjars "$work/library.jar" "@$source_dir/platform/jni/android/consumer-rules.pro" "@$work/tests.pro" \
    -printmapping "$work/mapping" >"$work/said" 2>&1 || {
    cat "$work/said" >&2
    exit 1
}
# Else nothing was shrunk, and the tests would say nothing.
cursor=$(sed -n 's/^vn\.cotmoc\.Cursor -> \(.*\):$/\1/p' "$work/mapping")
[[ -n $cursor && $cursor != vn.cotmoc.Cursor ]]
java -Xmx192m -XX:TieredStopAtLevel=1 -Dsun.jnu.encoding=UTF-8 -Djava.library.path="$build_dir/lib" \
    -cp "$work/shrunk.jar" vn.cotmoc.UnitTests "$build_dir/bin" "$source_dir/tests/e2e"
