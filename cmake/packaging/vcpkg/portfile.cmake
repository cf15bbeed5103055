# An overlay port: `vcpkg install cotmoc --overlay-ports=cmake/packaging/vcpkg` from a tree of this project.
# The amalgamation of SQLite3 Multiple Ciphers comes from upstream's release, pinned by its hash.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT DEFINED ENV{COTMOC_SQLITE_SOURCE_DIR})
    message(FATAL_ERROR "Set COTMOC_SQLITE_SOURCE_DIR to a folder with sqlite3.c and sqlite3.h of SQLite3 Multiple "
                        "Ciphers (cmake/setup.sh --no-packages fetches them into .deps/sqlite3mc), and pass "
                        "VCPKG_KEEP_ENV_VARS=COTMOC_SQLITE_SOURCE_DIR")
endif()

vcpkg_check_linkage(ONLY_STATIC_LIBRARY)
vcpkg_check_features(OUT_FEATURE_OPTIONS features FEATURES
    platform COTMOC_BUILD_PLATFORM
    programs COTMOC_BUILD_PROGRAMS)
vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS ${features} -DCOTMOC_BUILD_TESTS=OFF -DCOTMOC_KEYRING=OFF -DCOTMOC_AVAHI=OFF
            -DCOTMOC_THUMBNAILS=OFF -DCMAKE_DISABLE_FIND_PACKAGE_Java=ON
            "-DCOTMOC_SQLITE_SOURCE_DIR=$ENV{COTMOC_SQLITE_SOURCE_DIR}")
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/cotmoc)
vcpkg_fixup_pkgconfig()
if("programs" IN_LIST FEATURES)
    vcpkg_copy_tools(TOOL_NAMES cotmoc cotmoc-hub cotmoc-bench AUTO_CLEAN)
endif()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
