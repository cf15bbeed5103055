#!/usr/bin/env bash
# check.sh SOURCE BUILD PART: the tests of Java. The parts:
#   api      javac with all warnings as errors; nothing that Android 7.0 lacks; a planted use of that is found
#   javadoc  the documentation of every public member, without a warning
#   unit     the classes over a real library and a hub process, under -Xcheck:jni
#   android  examples/android and the library's Android project, as far as javac and stubs can check them
#   stress   8 threads, 100,000 operations, a million callbacks, under -Xcheck:jni: the native heap stays flat
set -euo pipefail
source_dir=$1
build_dir=$2
part=$3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
jar=$build_dir/java/cotmoc.jar
classes=$work/classes
strict=(-encoding UTF-8 -Xlint:all,-options -Werror)
export LANG=C.UTF-8

fail() {
    echo "$*" >&2
    exit 1
}

# compile_tests: the classes of tests/jni/java, into $classes
compile_tests() {
    javac "${strict[@]}" -cp "$jar" -d "$classes" "$source_dir"/tests/jni/java/vn/cotmoc/*.java
}

# run_java CLASS ARGUMENT…: with what is compiled; a warning of -Xcheck:jni is a failure.
run_java() {
    local status=0
    java -Xcheck:jni -Xmx192m -XX:TieredStopAtLevel=1 -Dsun.jnu.encoding=UTF-8 \
        -Djava.library.path="$build_dir/lib" -cp "$jar:$classes" "$@" 2>&1 | tee "$work/out" || status=$?
    if grep -E "^(WARNING|FATAL ERROR) in native method" "$work/out"; then
        fail "-Xcheck:jni has found something"
    fi
    return "$status"
}

case $part in
    api)
        javac --release 8 "${strict[@]}" -d "$classes" "$source_dir"/platform/jni/java/vn/cotmoc/*.java
        python3 "$source_dir/tests/jni/android_api.py" vn/cotmoc/ "$classes"
        python3 "$source_dir/tests/jni/test_android_api.py"
        # Pages of 16 KiB, and no name but what the virtual machine looks for.
        readelf -lW "$build_dir/lib/libcotmoc_jni.so" | awk '$1 == "LOAD" && $NF != "0x4000" { exit 1 }' ||
            fail "libcotmoc_jni.so is not aligned to 16 KiB"
        exported=$(nm -D --defined-only "$build_dir/lib/libcotmoc_jni.so" | awk '{ print $3 }' | sort | xargs)
        [[ $exported == "JNI_OnLoad JNI_OnUnload" ]] || fail "libcotmoc_jni.so exports: $exported"
        ;;
    javadoc)
        javadoc -quiet -encoding UTF-8 -Xdoclint:all -Xwerror -d "$work/doc" \
            -sourcepath "$source_dir/platform/jni/java" vn.cotmoc
        [[ -f $work/doc/vn/cotmoc/Replica.html ]]
        ;;
    unit)
        compile_tests
        run_java vn.cotmoc.UnitTests "$build_dir/bin" "$source_dir/tests/e2e"
        ;;
    android) bash "$source_dir/tests/jni/android.sh" "$source_dir" "$build_dir" ;;
    stress)
        compile_tests
        run_java vn.cotmoc.Stress "$build_dir/bin" "$source_dir/tests/e2e" "${COTMOC_STRESS_OPERATIONS:-100000}" \
            "${COTMOC_STRESS_CALLBACKS:-1000000}"
        ;;
    *) fail "no part $part" ;;
esac
