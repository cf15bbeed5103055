# What is built for the tests under qemu-user, as one target: `emulated`. They run nothing of the rest of the tree.
include(CotmocEmulated)
set(emulated_programs cotmoc cotmoc-hub cotmoc-bad-link example-embedding-c)
cotmoc_emulate(${emulated_programs})
set(programs ${CMAKE_BINARY_DIR}/emulated)

get_property(targets DIRECTORY PROPERTY BUILDSYSTEM_TARGETS)
list(FILTER targets INCLUDE REGEX "^test-")
add_custom_target(emulated DEPENDS ${targets} cotmoc-sim ${emulated_programs})
