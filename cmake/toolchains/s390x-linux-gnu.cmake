# s390x, the one machine of Debian where numbers begin with their highest octet: what we write must be the same there.
set(cotmoc_machine s390x)
set(cotmoc_emulator s390x)
set(cotmoc_triplet s390x-linux-gnu)
set(cotmoc_architecture s390x)
include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
