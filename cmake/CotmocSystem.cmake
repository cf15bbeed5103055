# What the operating systems do in different ways stands in folders of their names, below src/ of a library.
if(WIN32)
    set(COTMOC_SYSTEM_FOLDER windows)
else()
    set(COTMOC_SYSTEM_FOLDER posix)
endif()
