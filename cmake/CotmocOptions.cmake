# Flags that every target of the project shares, and the one function that declares a library.

# ccache only makes rebuilding faster, so its absence is no error.
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(COTMOC_CCACHE ccache)
    mark_as_advanced(COTMOC_CCACHE)
    if(COTMOC_CCACHE)
        set(CMAKE_C_COMPILER_LAUNCHER ${COTMOC_CCACHE})
        set(CMAKE_CXX_COMPILER_LAUNCHER ${COTMOC_CCACHE})
    endif()
endif()

add_library(cotmoc_flags INTERFACE)
# Clang's -Wconversion includes -Wsign-conversion for C++ and GCC's does not: here both check the same.
target_compile_options(cotmoc_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow
    $<$<CXX_COMPILER_ID:Clang,AppleClang>:-Wno-sign-conversion>
    $<$<BOOL:${COTMOC_WARNINGS_AS_ERRORS}>:-Werror>)
# Files of more than 2 GiB, and times after 2038, on 32-bit machines too; Android's C library has no such times there.
if(CMAKE_SIZEOF_VOID_P EQUAL 4 AND UNIX)
    add_compile_definitions(_FILE_OFFSET_BITS=64)
    if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
        add_compile_definitions(_TIME_BITS=64)
    endif()
endif()
# The standard library checks indexes and iterators wherever speed is not measured.
target_compile_definitions(cotmoc_flags INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(COTMOC_SANITIZE)
    add_compile_options(-fsanitize=${COTMOC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${COTMOC_SANITIZE})
endif()

# cotmoc_library(name sources…): the static library `cotmoc_<name>` (alias cotmoc::<name>). Its public headers
# are all that stands under include/ of the current folder, or of COTMOC_LIBRARY_ROOT if that is set. They are
# installed with it, and the target all_verify_interface_header_sets compiles each of them alone.
function(cotmoc_library name)
    set(root "${CMAKE_CURRENT_SOURCE_DIR}")
    if(COTMOC_LIBRARY_ROOT)
        set(root "${COTMOC_LIBRARY_ROOT}")
    endif()
    set(sources ${ARGN})
    if(NOT sources)
        # A library needs one source file, even while its first is being written.
        set(sources "${CMAKE_CURRENT_BINARY_DIR}/${name}_placeholder.cpp")
        file(CONFIGURE OUTPUT "${sources}" CONTENT "namespace cotmoc {}\n")
    endif()
    add_library(cotmoc_${name} STATIC ${sources})
    add_library(cotmoc::${name} ALIAS cotmoc_${name})
    set_target_properties(cotmoc_${name} PROPERTIES EXPORT_NAME ${name} VERIFY_INTERFACE_HEADER_SETS ON
                          INTERFACE_HEADER_SETS_TO_VERIFY HEADERS)
    target_compile_features(cotmoc_${name} PUBLIC cxx_std_20)
    target_link_libraries(cotmoc_${name} PRIVATE $<BUILD_INTERFACE:cotmoc_flags>)
    target_include_directories(cotmoc_${name}
        PUBLIC $<BUILD_INTERFACE:${root}/include> $<INSTALL_INTERFACE:include>
        PRIVATE ${root}/src)
    file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${root}/include/*.hpp)
    if(headers)
        target_sources(cotmoc_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${root}/include FILES ${headers})
    endif()
    # Lists that are included several times with different macros do not compile alone.
    file(GLOB_RECURSE lists CONFIGURE_DEPENDS ${root}/include/*.inc)
    if(lists)
        target_sources(cotmoc_${name} PUBLIC
            FILE_SET lists TYPE HEADERS BASE_DIRS ${root}/include FILES ${lists})
    endif()
endfunction()

# cotmoc_precompile(target headers…): parses these headers once for all sources of the target. Off by default, so
# that a source file that forgets an include is noticed.
function(cotmoc_precompile target)
    if(COTMOC_PRECOMPILED_HEADERS)
        target_precompile_headers(${target} PRIVATE ${ARGN})
        # ccache needs it, and in its settings sloppiness for pch_defines and time_macros.
        target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
    endif()
endfunction()
