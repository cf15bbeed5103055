#!/usr/bin/env bash
# android.sh SOURCE BUILD: what can be checked of the Android parts without the Android SDK. The sample compiles against
# the library and stubs of Android, and uses nothing that API 24 lacks; R8 is told to keep what native code looks up;
# the AAR's sources and flags are there.
set -euo pipefail
source_dir=$1
build_dir=$2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sample=$source_dir/examples/android
aar=$source_dir/platform/jni/android
strict=(--release 8 -encoding UTF-8 -Xlint:all,-options -Werror)

echo "- the sample compiles against stubs"
mapfile -t stubs < <(find "$sample/stubs" -name '*.java')
mapfile -t sources < <(find "$sample/app" -name '*.java')
javac "${strict[@]}" -d "$work/stubs" "${stubs[@]}"
javac "${strict[@]}" -cp "$work/stubs:$build_dir/java/cotmoc.jar" -d "$work/sample" "${sources[@]}"

echo "- the sample and the examples in Java use nothing newer than API 24"
python3 "$source_dir/tests/jni/android_api.py" vn/cotmoc/,android/,androidx/ "$work/sample"

echo "- R8 keeps what native code looks up"
python3 - "$source_dir/platform/jni/src/java_types.cpp" "$aar/consumer-rules.pro" <<'PYTHON'
import re
import sys
from pathlib import Path

looked_up = set(re.findall(r'"(vn/cotmoc/[\w$]+)"', Path(sys.argv[1]).read_text(encoding="utf-8")))
rules = Path(sys.argv[2]).read_text(encoding="utf-8")
kept = {name.replace(".", "/") for name in re.findall(r"vn\.cotmoc\.[\w$]+", rules)}
if not looked_up or looked_up - kept:
    sys.exit(f"not kept: {sorted(looked_up - kept)}")
print(f"{len(looked_up)} classes")
PYTHON

echo "- the AAR's project"
grep -q "minSdk 24" "$aar/build.gradle"
grep -q "max-page-size=16384" "$source_dir/platform/jni/CMakeLists.txt"
[[ -d $aar/$(sed -n "s/.*java.srcDirs = \['\(.*\)'\].*/\1/p" "$aar/build.gradle")/vn/cotmoc ]]
[[ -f $aar/$(sed -n "s/.*add_subdirectory(\([^ ]*\) .*/\1/p" "$aar/CMakeLists.txt")/CMakeLists.txt ]]
echo "not run here: Gradle, R8, the NDK, the app on a device"
