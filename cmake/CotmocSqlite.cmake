# The SQLite3 Multiple Ciphers amalgamation as a private static library. cmake/setup.sh fetches it;
# COTMOC_SQLITE_SOURCE_DIR serves those who have the upstream release.
set(COTMOC_SQLITE_SOURCE_DIR "" CACHE PATH "Folder with sqlite3.c and sqlite3.h of SQLite3 Multiple Ciphers")
set(cotmoc_sqlite_dir "${COTMOC_SQLITE_SOURCE_DIR}")
if(NOT cotmoc_sqlite_dir)
    set(cotmoc_sqlite_dir "${CMAKE_CURRENT_SOURCE_DIR}/.deps/sqlite3mc")
endif()
foreach(stem sqlite3mc_amalgamation sqlite3)
    if(EXISTS "${cotmoc_sqlite_dir}/${stem}.c" AND NOT cotmoc_sqlite_source)
        set(cotmoc_sqlite_source "${cotmoc_sqlite_dir}/${stem}.c")
    endif()
endforeach()
if(NOT cotmoc_sqlite_source)
    message(FATAL_ERROR "No SQLite3 Multiple Ciphers in ${cotmoc_sqlite_dir}: run cmake/setup.sh, or pass "
                        "-DCOTMOC_SQLITE_SOURCE_DIR=FOLDER")
endif()

# Below 3.51.3 two connections can corrupt a WAL database (sqlite.org/wal.html#walresetbug).
file(STRINGS "${cotmoc_sqlite_source}" cotmoc_sqlite_line LIMIT_COUNT 1
     REGEX "^#define SQLITE_VERSION_NUMBER +[0-9]+")
string(REGEX MATCH "[0-9]+$" cotmoc_sqlite_version "${cotmoc_sqlite_line}")
if(cotmoc_sqlite_version LESS 3051003)
    message(FATAL_ERROR "SQLite ${cotmoc_sqlite_version} can corrupt databases: 3.51.3 or later is needed")
endif()

add_library(cotmoc_sqlite STATIC "${cotmoc_sqlite_source}")
set_target_properties(cotmoc_sqlite PROPERTIES EXPORT_NAME sqlite C_STANDARD 11)
target_include_directories(cotmoc_sqlite SYSTEM PUBLIC $<BUILD_INTERFACE:${cotmoc_sqlite_dir}>)
# No -maes or the like: the ciphers enable the instructions function by function and choose among them at run
# time, so that one build runs on processors with and without AES (docs/decisions/0001-sqlite3mc.md).
target_compile_options(cotmoc_sqlite PRIVATE -w $<$<CONFIG:Debug>:-O1>)
if(COTMOC_SANITIZE MATCHES "undefined")
    # Out of our hands; reading and writing our buffers out of bounds is still caught.
    target_compile_options(cotmoc_sqlite PRIVATE -fno-sanitize=undefined)
endif()
target_compile_definitions(cotmoc_sqlite PRIVATE
    SQLITE_DQS=0 SQLITE_DEFAULT_MEMSTATUS=0 SQLITE_THREADSAFE=1 SQLITE_ENABLE_FTS5 SQLITE_ENABLE_DBSTAT_VTAB
    SQLITE_ENABLE_DBPAGE_VTAB SQLITE_LIKE_DOESNT_MATCH_BLOBS SQLITE_OMIT_DEPRECATED
    SQLITE_OMIT_LOAD_EXTENSION SQLITE_OMIT_SHARED_CACHE
    SQLITE_TEMP_STORE=2 SQLITE_USE_URI=0 SQLITE_SECURE_DELETE
    CODEC_TYPE=CODEC_TYPE_CHACHA20 SQLITE_HAS_CODEC=1)
find_package(Threads REQUIRED)
if(WIN32)
    # A path behind the prefix for long ones may be that long, in octets; the usual limit is 260 letters.
    target_compile_definitions(cotmoc_sqlite PRIVATE SQLITE_WIN32_MAX_PATH_BYTES=32768)
endif()
target_link_libraries(cotmoc_sqlite PRIVATE Threads::Threads m)
