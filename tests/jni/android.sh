#!/usr/bin/env bash
# android.sh SOURCE BUILD: what can be checked of the Android parts without the Android SDK. The sample compiles against
# the library and stubs of Android, uses nothing that API 24 lacks, and can begin again after a wipe; R8 is told to keep
# what native code looks up, and ProGuard does so by the same rules; the AAR's sources and flags are there.
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
javac "${strict[@]}" -cp "$build_dir/java/cotmoc.jar" -d "$work/examples" "$source_dir"/examples/java/*.java
python3 "$source_dir/tests/jni/android_api.py" vn/cotmoc/,Embedding,Sample "$work/examples"

echo "- the sample begins, is wiped and begins again, over a Keystore in memory"
javac -encoding UTF-8 -Xlint:all,-options -Werror -cp "$work/stubs:$build_dir/java/cotmoc.jar:$work/sample" \
    -d "$work/tests" "$source_dir"/tests/jni/android/vn/cotmoc/sample/*.java
mkdir "$work/phone"
java -Xcheck:jni -Djava.library.path="$build_dir/lib" \
    -cp "$work/tests:$work/sample:$work/stubs:$build_dir/java/cotmoc.jar" vn.cotmoc.sample.StartOver "$work/phone"

echo "- R8 keeps what native code looks up, and what only has to be there"
python3 "$source_dir/tests/jni/r8_rules.py" "$source_dir/platform/jni/src/java_types.cpp" "$aar/consumer-rules.pro" \
    "$build_dir/java/cotmoc.jar"
python3 "$source_dir/tests/jni/test_r8_rules.py"

echo "- the tests pass on what ProGuard makes of the library by those rules"
bash "$source_dir/tests/jni/shrunk.sh" "$source_dir" "$build_dir"

echo "- the AAR's project and the sample's"
# Each folder with a settings.gradle is a build of its own, and Gradle reads the properties of that folder only.
for build in "$aar" "$sample"; do
    [[ -f $build/settings.gradle ]]
    grep -qx "android.useAndroidX=true" "$build/gradle.properties"
done
# The version of the Android Gradle plugin stands at the root of a build, the same in both, and in no part of it: with
# one there the plugin is loaded once a part, or refused in an app that has another version.
mapfile -t versions < <(sed -n "s/.*id 'com\.android\.[a-z]*' version '\([^']*\)'.*/\1/p" "$sample/build.gradle" \
    "$aar/settings.gradle")
[[ ${#versions[@]} -eq 3 && $(printf '%s\n' "${versions[@]}" | sort -u | wc -l) -eq 1 ]]
[[ $(grep -c "version '.*' apply false" "$sample/build.gradle") -eq 2 ]]
for part in "$aar" "$sample/app"; do
    grep -qE "id 'com\.android\.[a-z]*'$" "$part/build.gradle"
done
for option in $(grep -oE "COTMOC_[A-Z_]+=(ON|OFF)" "$aar/build.gradle" | sed 's/=.*//' | sort -u); do
    grep -qrE "option\($option " "$source_dir/CMakeLists.txt" "$source_dir/cmake"
done
grep -q "minSdk 24" "$aar/build.gradle"
grep -q "max-page-size=16384" "$source_dir/platform/jni/CMakeLists.txt"
[[ -d $aar/$(sed -n "s/.*java.srcDirs = \['\(.*\)'\].*/\1/p" "$aar/build.gradle")/vn/cotmoc ]]
[[ -f $aar/$(sed -n "s/.*add_subdirectory(\([^ ]*\) .*/\1/p" "$aar/CMakeLists.txt")/CMakeLists.txt ]]
echo "not run here: Gradle, R8, the NDK, the app on a device"
