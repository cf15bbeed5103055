# Cross-builds on Debian; the toolchain files beside this one set `cotmoc_machine` (as uname calls it),
# `cotmoc_emulator` (as qemu does), `cotmoc_triplet` (as GCC does) and `cotmoc_architecture` (as dpkg does).
# cmake/setup.sh installs the compiler and the emulator, and unpacks the libraries into .deps/debian-ARCHITECTURE.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${cotmoc_machine})
set(CMAKE_C_COMPILER ${cotmoc_triplet}-gcc)
set(CMAKE_CXX_COMPILER ${cotmoc_triplet}-g++)
set(CMAKE_LIBRARY_ARCHITECTURE ${cotmoc_triplet})
set(CMAKE_IGNORE_PREFIX_PATH /usr/local)
# Headers and CMake files that serve every machine come from /usr; libraries only from the unpacked packages or, without
# them, from those that dpkg has installed for that architecture.
set(cotmoc_root ${CMAKE_CURRENT_LIST_DIR}/../../.deps/debian-${cotmoc_architecture})
get_filename_component(cotmoc_root ${cotmoc_root} ABSOLUTE)
if(EXISTS ${cotmoc_root})
    set(CMAKE_PREFIX_PATH ${cotmoc_root}/usr)
    set(ENV{PKG_CONFIG_SYSROOT_DIR} ${cotmoc_root})
    set(ENV{PKG_CONFIG_LIBDIR} ${cotmoc_root}/usr/lib/${cotmoc_triplet}/pkgconfig)
    # What the static libraries need of each other and their pkg-config files do not say.
    set(CMAKE_CXX_STANDARD_LIBRARIES_INIT "${cotmoc_root}/usr/lib/${cotmoc_triplet}/libz.a -lm")
else()
    set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/${cotmoc_triplet}/pkgconfig:/usr/share/pkgconfig)
endif()
# Tests run through the user-mode emulator, which finds the loader and libc of the cross compiler there. By the
# variable the loader looks there first: a libc of that machine that dpkg has installed besides may be another version
# than the loader, and threads do not start then.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-${cotmoc_emulator} -L /usr/${cotmoc_triplet}
    -E LD_LIBRARY_PATH=/usr/${cotmoc_triplet}/lib)
