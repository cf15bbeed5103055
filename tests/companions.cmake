# Programs that scripts of tests/e2e run beside cotmoc and cotmoc-hub.
if(NOT COTMOC_BUILD_PROGRAMS)
    return()
endif()
find_package(Threads REQUIRED)
# The link model as a TCP proxy (docs/bad-links.md).
add_executable(cotmoc-bad-link link/bad_link_proxy.cpp link/main.cpp)
target_link_libraries(cotmoc-bad-link PRIVATE cotmoc_test_network cotmoc::asio CLI11::CLI11 Boost::headers
    Threads::Threads)
target_compile_definitions(cotmoc-bad-link PRIVATE BOOST_ASIO_NO_DEPRECATED BOOST_ERROR_CODE_HEADER_ONLY)

# The samples in C, and the sample app in C++ against the source tree; `samples-cpp` builds it against what is
# installed.
foreach(example embedding sample)
    add_executable(example-${example}-c ${PROJECT_SOURCE_DIR}/examples/c/${example}.c)
    target_link_libraries(example-${example}-c PRIVATE cotmoc::c cotmoc_flags)
    set_target_properties(example-${example}-c PROPERTIES C_STANDARD 99 C_EXTENSIONS OFF)
endforeach()
add_executable(example-embedding-cpp ${PROJECT_SOURCE_DIR}/examples/cpp/embedding.cpp
    ${PROJECT_SOURCE_DIR}/examples/cpp/embedding_app.cpp)
target_link_libraries(example-embedding-cpp PRIVATE cotmoc::sync cotmoc::system cotmoc::asio cotmoc::records
    cotmoc_flags)
if(WIN32)
    # Programs that take words and names of files from argv have a manifest by which these are UTF-8.
    foreach(example embedding-c sample-c embedding-cpp)
        target_sources(example-${example} PRIVATE ${PROJECT_SOURCE_DIR}/examples/windows/utf8.rc)
    endforeach()
endif()
