# cmake --install and find_package(cotmoc COMPONENTS …): one export file a component, read in this order.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(cotmoc_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/cotmoc)
set(cotmoc_components "")
foreach(component base sqlite core crypto sync system asio)
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

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/cotmoc-config.cmake.in
    ${CMAKE_CURRENT_BINARY_DIR}/cotmoc-config.cmake INSTALL_DESTINATION ${cotmoc_package_dir})
# Before 1.0 a minor version may change the API.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/cotmoc-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/cotmoc-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/cotmoc-config-version.cmake
        DESTINATION ${cotmoc_package_dir})
include(CotmocPkgConfig)

foreach(program cotmoc cotmoc-hub cotmoc-bench)
    if(TARGET ${program})
        install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    endif()
endforeach()
