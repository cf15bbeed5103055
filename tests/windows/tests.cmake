# The rest of the tests for Windows; CTest runs each program by Wine (CMAKE_CROSSCOMPILING_EMULATOR).
if(COTMOC_RAPIDCHECK)
    cotmoc_test(property property cotmoc::core cotmoc_rapidcheck)
endif()
# Every call of the system goes through Wine, so the long counts are left to Linux.
set_tests_properties(sync PROPERTIES TIMEOUT 7200 ENVIRONMENT
    "COTMOC_SHORTER=10;COTMOC_RESTORE_SEEDS=2;COTMOC_CUT_EVERY=4000;COTMOC_LYING_HUB_SEEDS=1;COTMOC_FORKS_SEEDS=1")
if(NOT COTMOC_BUILD_PROGRAMS)
    return()
endif()
cotmoc_test(system unit/system cotmoc::system)
cotmoc_test(asio unit/asio cotmoc_test_network cotmoc::asio cotmoc::system)
cotmoc_test(cli unit/cli cotmoc_test_network cotmoc_cli)
cotmoc_test_c()
# It makes files whose names are UTF-8 by the C library.
target_sources(test-c PRIVATE ${PROJECT_SOURCE_DIR}/examples/windows/utf8.rc)
include(companions.cmake)

# Where Wine runs the programs, scripts of tests call them by the names that they have elsewhere.
if(CMAKE_CROSSCOMPILING)
    foreach(program cotmoc cotmoc-hub cotmoc-bad-link example-sample-c example-embedding-c example-embedding-cpp)
        file(CONFIGURE OUTPUT ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${program} CONTENT
"#!/bin/sh
exec ${PROJECT_SOURCE_DIR}/cmake/wine.sh ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${program}.exe \"$@\"
")
        file(CHMOD ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${program} PERMISSIONS
             OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
    endforeach()
    string(JOIN " " left_out ${COTMOC_SCRIPT_TESTS_LEFT_OUT})
    foreach(name ${COTMOC_SCRIPTS})
        add_test(NAME e2e-${name} COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/e2e/test_${name}.sh
                 ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
        set_tests_properties(e2e-${name} PROPERTIES TIMEOUT 3000 ENVIRONMENT
                             "COTMOC_DRIVE=Z:;COTMOC_STOP_SIGNAL=SIGINT;COTMOC_TESTS_LEFT_OUT=${left_out}")
    endforeach()
    add_test(NAME windows-dll COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/windows/test_dll.sh
             ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
    set_tests_properties(windows-dll PROPERTIES TIMEOUT 600)
    add_test(NAME windows-demo COMMAND bash ${PROJECT_SOURCE_DIR}/examples/kontum/demo.sh)
    set_tests_properties(windows-demo PROPERTIES TIMEOUT 3000
                         ENVIRONMENT COTMOC_PROGRAMS=${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
endif()
