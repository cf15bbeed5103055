# 32-bit ARM with hardware floating point (ARMv7): older phones and small boards.
set(cotmoc_machine armv7l)
set(cotmoc_emulator arm)
set(cotmoc_triplet arm-linux-gnueabihf)
set(cotmoc_architecture armhf)
include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
