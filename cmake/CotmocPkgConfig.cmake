# pkg-config files, one a component: cotmoc-core.pc and so on. The libraries are static, so that what they need is
# required in public. Paths are relative to the file: the tree can be moved.
set(pc_needs_base "")
set(pc_libs_base "-lcotmoc_base")
set(pc_needs_core "cotmoc-base")
set(pc_libs_core "-lcotmoc_core -lcotmoc_sqlite -pthread -lm")
set(pc_needs_crypto "cotmoc-base libsodium >= 1.0.18 libzstd >= 1.5.2")
set(pc_libs_crypto "-lcotmoc_crypto")
set(pc_needs_sync "cotmoc-core cotmoc-crypto")
set(pc_libs_sync "-lcotmoc_sync")
set(pc_needs_system "cotmoc-crypto")
if(COTMOC_KEYRING)
    string(APPEND pc_needs_system " libsecret-1 >= 0.19")
endif()
if(COTMOC_AVAHI)
    string(APPEND pc_needs_system " avahi-client >= 0.8")
endif()
set(pc_libs_system "-lcotmoc_system")
set(pc_needs_asio "cotmoc-sync")
set(pc_libs_asio "-lcotmoc_asio -pthread")
set(pc_needs_pictures "cotmoc-base")
if(COTMOC_THUMBNAILS)
    string(APPEND pc_needs_pictures " libjpeg >= 2.0 libpng16 >= 1.6.37")
endif()
set(pc_libs_pictures "-lcotmoc_pictures")
set(pc_needs_records "cotmoc-sync cotmoc-system cotmoc-pictures")
set(pc_libs_records "-lcotmoc_records")

cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY
           "${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/pkgconfig" OUTPUT_VARIABLE pc_up)
foreach(component IN LISTS cotmoc_components)
    if(NOT DEFINED pc_libs_${component})
        continue()
    endif()
    file(CONFIGURE OUTPUT packaging/cotmoc-${component}.pc CONTENT "prefix=\${pcfiledir}/@pc_up@
Name: cotmoc-${component}
Description: @PROJECT_DESCRIPTION@ (${component})
Version: @PROJECT_VERSION@
Requires: ${pc_needs_${component}}
Cflags: -I\${prefix}/@CMAKE_INSTALL_INCLUDEDIR@
Libs: -L\${prefix}/@CMAKE_INSTALL_LIBDIR@ ${pc_libs_${component}}
" @ONLY)
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/packaging/cotmoc-${component}.pc
            DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
