# cmake --install and find_package(cotmoc COMPONENTS …): one export file a component, read in this order.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(cotmoc_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/cotmoc)
set(cotmoc_components "")
foreach(component base sqlite core crypto sync system asio pictures records)
    if(NOT TARGET cotmoc_${component})
        continue()
    endif()
    list(APPEND cotmoc_components ${component})
    set(header_sets "")
    get_target_property(sets cotmoc_${component} INTERFACE_HEADER_SETS)
    foreach(set IN LISTS sets)
        if(set)
            list(APPEND header_sets FILE_SET ${set} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
        endif()
    endforeach()
    install(TARGETS cotmoc_${component} EXPORT cotmoc-${component}
            ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} ${header_sets})
    install(EXPORT cotmoc-${component} NAMESPACE cotmoc:: DESTINATION ${cotmoc_package_dir})
endforeach()

# The C interface: the shared library as cotmoc::c, the archive, and a file for pkg-config.
if(TARGET cotmoc_c)
    list(APPEND cotmoc_components c)
    install(TARGETS cotmoc_c EXPORT cotmoc-c COMPONENT c
            LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT c NAMELINK_COMPONENT c
            RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT c
            ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT c)
    install(EXPORT cotmoc-c NAMESPACE cotmoc:: DESTINATION ${cotmoc_package_dir} COMPONENT c)
    install(DIRECTORY platform/c/include/cotmoc DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT c
            FILES_MATCHING PATTERN "*.h")
    if(TARGET cotmoc_c_archive)
        install(FILES ${CMAKE_BINARY_DIR}/lib/libcotmoc.a DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT c)
    endif()
    # Relative to the file's own folder, so that the installation can be moved.
    file(RELATIVE_PATH COTMOC_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
    set(COTMOC_PC_REQUIRES "")
    if(COTMOC_KEYRING)
        set(COTMOC_PC_REQUIRES " libsecret-1")
    endif()
    if(COTMOC_AVAHI)
        string(APPEND COTMOC_PC_REQUIRES " avahi-client")
    endif()
    if(COTMOC_THUMBNAILS)
        string(APPEND COTMOC_PC_REQUIRES " libjpeg libpng16")
    endif()
    configure_file(platform/c/cotmoc-c.pc.in ${CMAKE_CURRENT_BINARY_DIR}/cotmoc-c.pc @ONLY)
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/cotmoc-c.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT c)
endif()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/cotmoc-config.cmake.in
    ${CMAKE_CURRENT_BINARY_DIR}/cotmoc-config.cmake INSTALL_DESTINATION ${cotmoc_package_dir})
# Before 1.0 a minor version may change the API.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/cotmoc-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/cotmoc-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/cotmoc-config-version.cmake
        DESTINATION ${cotmoc_package_dir})
if(TARGET cotmoc_c)
    # `cmake --install --component c` alone is a package, too.
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/cotmoc-config.cmake
                  ${CMAKE_CURRENT_BINARY_DIR}/cotmoc-config-version.cmake
            DESTINATION ${cotmoc_package_dir} COMPONENT c)
endif()
include(CotmocPkgConfig)

foreach(program cotmoc cotmoc-hub cotmoc-bench)
    if(TARGET ${program})
        install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    endif()
endforeach()
