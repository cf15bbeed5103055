# In a build for another machine: a folder of scripts, emulated/, each of which runs the program of its name through the
# emulator. What starts programs by their names, such as the tests in tests/e2e, is given this folder.
function(cotmoc_emulate)
    string(REPLACE ";" " " emulator "${CMAKE_CROSSCOMPILING_EMULATOR}")
    foreach(program ${ARGN})
        if(TARGET ${program})
            file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/emulated/${program}
                CONTENT "#!/bin/sh\nexec ${emulator} -0 \"$0\" $<TARGET_FILE:${program}> \"$@\"\n"
                FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
                WORLD_EXECUTE)
        endif()
    endforeach()
endfunction()
