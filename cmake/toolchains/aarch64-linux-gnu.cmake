# 64-bit ARM: today's phones.
set(cotmoc_machine aarch64)
set(cotmoc_emulator aarch64)
set(cotmoc_triplet aarch64-linux-gnu)
set(cotmoc_architecture arm64)
include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
