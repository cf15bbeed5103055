# The rest of the tests for Windows; CTest runs each program by Wine (CMAKE_CROSSCOMPILING_EMULATOR).
if(COTMOC_RAPIDCHECK)
    cotmoc_test(property property cotmoc::core cotmoc_rapidcheck)
endif()
if(NOT COTMOC_BUILD_PROGRAMS)
    return()
endif()
cotmoc_test(system unit/system cotmoc::system)
cotmoc_test(cli unit/cli cotmoc_test_network cotmoc_cli)
cotmoc_test(c unit/c cotmoc_test_network cotmoc_c_parts)

# Where Wine runs the programs, scripts of tests call them by the names that they have elsewhere.
if(CMAKE_CROSSCOMPILING)
    foreach(program cotmoc cotmoc-hub)
        file(CONFIGURE OUTPUT ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${program} CONTENT
"#!/bin/sh
exec ${PROJECT_SOURCE_DIR}/cmake/wine.sh ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${program}.exe \"$@\"
")
        file(CHMOD ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${program} PERMISSIONS
             OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
    endforeach()
    add_test(NAME windows-paths COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/e2e/test_paths.sh
             ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
    add_test(NAME windows-demo COMMAND bash ${PROJECT_SOURCE_DIR}/examples/kontum/demo.sh)
    set_tests_properties(windows-demo PROPERTIES ENVIRONMENT
                         COTMOC_PROGRAMS=${CMAKE_RUNTIME_OUTPUT_DIRECTORY} TIMEOUT 3000)
endif()
