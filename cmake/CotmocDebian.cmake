# Debian packages of the programs, by CPack: `cpack -G DEB -B DIR` in the build folder makes cotmoc and cotmoc-hub
# (docs/packages.md). Libraries and headers are installed by `cmake --install` only.
set(debian ${CMAKE_CURRENT_LIST_DIR}/packaging/debian)
find_program(COTMOC_GZIP gzip)
mark_as_advanced(COTMOC_GZIP)
if(NOT COTMOC_GZIP)
    return()
endif()

# cotmoc_gzip(source name): a file compressed as Debian wants it, without its time; its path in <name>_gz.
function(cotmoc_gzip source name)
    set(target ${CMAKE_CURRENT_BINARY_DIR}/packaging/${name}.gz)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/packaging)
    execute_process(COMMAND ${COTMOC_GZIP} -9nc ${source} OUTPUT_FILE ${target} COMMAND_ERROR_IS_FATAL ANY)
    set(${name}_gz ${target} PARENT_SCOPE)
endfunction()

# What only a package has; `cmake --install` leaves it out.
function(cotmoc_debian_file component destination)
    install(FILES ${ARGN} DESTINATION ${destination} COMPONENT ${component} EXCLUDE_FROM_ALL)
endfunction()

cotmoc_gzip(${debian}/changelog changelog)
cotmoc_gzip(${PROJECT_SOURCE_DIR}/CHANGELOG.md CHANGELOG.md)
cotmoc_gzip(${PROJECT_SOURCE_DIR}/docs/man/cotmoc.1 cotmoc.1)
cotmoc_gzip(${PROJECT_SOURCE_DIR}/docs/man/cotmoc-hub.8 cotmoc-hub.8)
foreach(package cotmoc cotmoc-hub)
    cotmoc_debian_file(deb-${package} share/doc/${package} ${changelog_gz} ${CHANGELOG.md_gz} ${debian}/copyright)
    install(TARGETS ${package} RUNTIME DESTINATION bin COMPONENT deb-${package} EXCLUDE_FROM_ALL)
endforeach()
cotmoc_debian_file(deb-cotmoc share/man/man1 ${cotmoc.1_gz})
cotmoc_debian_file(deb-cotmoc-hub share/man/man8 ${cotmoc-hub.8_gz})
cotmoc_debian_file(deb-cotmoc-hub /lib/systemd/system ${debian}/cotmoc-hub.service)
install(FILES ${debian}/cotmoc-hub.default DESTINATION /etc/default RENAME cotmoc-hub
        COMPONENT deb-cotmoc-hub EXCLUDE_FROM_ALL)
install(DIRECTORY DESTINATION /etc/cotmoc-hub COMPONENT deb-cotmoc-hub EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME cotmoc)
set(CPACK_PACKAGE_CONTACT "The cotmoc maintainers <maintainers@cotmoc.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR OFF)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL deb-cotmoc deb-cotmoc-hub)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_DEB-COTMOC_PACKAGE_NAME cotmoc)
set(CPACK_DEBIAN_DEB-COTMOC-HUB_PACKAGE_NAME cotmoc-hub)
# The first line is the project's description; an empty line becomes a paragraph.
set(CPACK_COMPONENT_DEB-COTMOC_DESCRIPTION
"Records written on several devices without a network are signed, encrypted,
merged and brought to the province through a hub that cannot read them.

This package has the program for devices and for the authority.")
set(CPACK_COMPONENT_DEB-COTMOC-HUB_DESCRIPTION
"The hub stores and forwards what the devices of a province have signed and
encrypted; it cannot read any of it.

This package has the program, its own user and a hardened systemd service.")
set(CPACK_DEBIAN_DEB-COTMOC-HUB_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_DEB-COTMOC-HUB_PACKAGE_CONTROL_EXTRA
    ${debian}/postinst ${debian}/prerm ${debian}/postrm ${debian}/conffiles)
include(CPack)
