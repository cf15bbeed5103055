#!/usr/bin/env bash
# test_embedding_java.sh FOLDER_OF_THE_PROGRAMS: the scenario of embedding.md with the program in Java
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
programs=$(cd "$1" && pwd)
build=$(dirname "$programs")
jar=$build/java/cotmoc.jar
if [[ ! -f $jar ]]; then
    echo "skipped: built without Java"
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
javac --release 8 -encoding UTF-8 -Xlint:all,-options -Werror -cp "$jar" -d "$work" \
    "$here/../../examples/java/Embedding.java"
# -Xcheck:jni: wrong use of JNI is told, and the program's output then differs.
cat >"$work/embedding" <<TEXT
#!/usr/bin/env bash
exec java -Xcheck:jni -XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8 -Dsun.jnu.encoding=UTF-8 \
    -Djava.library.path="$build/lib" -cp "$jar:$work" Embedding "\$@"
TEXT
chmod +x "$work/embedding"
python3 "$here/embedding.py" "$programs" "$work/embedding"
