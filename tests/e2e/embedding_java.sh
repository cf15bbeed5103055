#!/usr/bin/env bash
# embedding_java.sh FOLDER_OF_THE_PROGRAMS FOLDER: makes the program in Java of embedding.md, FOLDER/embedding. Exit
# status 77: built without Java.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(dirname "$(cd "$1" && pwd)")
folder=$2
jar=$build/java/cotmoc.jar
if [[ ! -f $jar ]]; then
    exit 77
fi

javac --release 8 -encoding UTF-8 -Xlint:all,-options -Werror -cp "$jar" -d "$folder" \
    "$here/../../examples/java/Embedding.java"
# -Xcheck:jni: wrong use of JNI is told, and the program's output then differs.
cat >"$folder/embedding" <<TEXT
#!/usr/bin/env bash
exec java -Xcheck:jni -XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8 -Dsun.jnu.encoding=UTF-8 \
    -Djava.library.path="$build/lib" -cp "$jar:$folder" Embedding "\$@"
TEXT
chmod +x "$folder/embedding"
