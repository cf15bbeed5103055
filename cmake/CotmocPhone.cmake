# The target cotmoc-phone: all of the library in one static archive, libcotmoc_all.a, with what it uses of
# libsodium and zstd, so that an app for a phone links a single file (docs/packages.md).
if(NOT CMAKE_AR OR APPLE)
    return()  # libtool -static merges there
endif()
find_program(COTMOC_SH bash)
mark_as_advanced(COTMOC_SH)
if(NOT COTMOC_SH)
    return()
endif()

set(phone_parts "")
set(phone_targets "")
foreach(component base sqlite core crypto sync system asio pictures records c_parts)
    if(TARGET cotmoc_${component})
        list(APPEND phone_targets cotmoc_${component})
        list(APPEND phone_parts $<TARGET_FILE:cotmoc_${component}>)
    endif()
endforeach()
# Static ones, beside the shared ones that programs are linked with.
find_library(COTMOC_SODIUM_ARCHIVE libsodium.a HINTS ${SODIUM_LIBRARY_DIRS})
find_library(COTMOC_ZSTD_ARCHIVE libzstd.a HINTS ${ZSTD_LIBRARY_DIRS})
mark_as_advanced(COTMOC_SODIUM_ARCHIVE COTMOC_ZSTD_ARCHIVE)
if(NOT COTMOC_SODIUM_ARCHIVE OR NOT COTMOC_ZSTD_ARCHIVE)
    message(STATUS "No target cotmoc-phone: libsodium.a or libzstd.a was not found")
    return()
endif()

set(phone_archive ${CMAKE_CURRENT_BINARY_DIR}/libcotmoc_all.a)
add_custom_command(OUTPUT ${phone_archive}
    COMMAND ${COTMOC_SH} ${CMAKE_CURRENT_LIST_DIR}/packaging/merge_archives.sh ${phone_archive}
            ${CMAKE_CXX_COMPILER} ${CMAKE_AR} ${phone_parts} -- ${COTMOC_SODIUM_ARCHIVE} ${COTMOC_ZSTD_ARCHIVE}
    DEPENDS ${phone_targets} ${CMAKE_CURRENT_LIST_DIR}/packaging/merge_archives.sh
    COMMENT "Merging libcotmoc_all.a" VERBATIM)
add_custom_target(cotmoc-phone DEPENDS ${phone_archive})
if(TARGET cotmoc_exports)
    add_dependencies(cotmoc-phone cotmoc_exports)
endif()
