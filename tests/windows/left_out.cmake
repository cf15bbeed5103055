# What of the tests does not run on Windows, and why. docs/windows.md repeats it for people.
if(NOT WIN32)
    return()
endif()
# Before every source of a test: the few names of POSIX that tests use.
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-include${CMAKE_CURRENT_SOURCE_DIR}/support/windows/posix_names.hpp>)

set(COTMOC_TESTS_LEFT_OUT
    # A process is forked and looks at the signal that ends it: guard pages, core dumps, kill points by ptrace.
    unit/crypto/secret_test.cpp
    unit/system/key_custody.cpp
    # $HOME and XDG_STATE_HOME mean nothing there; unit/system/windows/ has the case for LOCALAPPDATA.
    unit/system/high_water_mark.cpp
    # Modes of files (0600), and `getpid` of unistd.h.
    unit/system/files.cpp
    # Sockets by the calls of POSIX.
    unit/asio/flood.cpp
    unit/asio/pipes.cpp
    # It talks with a model in Python through popen and getline of POSIX.
    unit/merge/register_model.cpp)

# Cases, by name. The open files of a process are seen in /proc/self/fd.
set(COTMOC_CASES_LEFT_OUT "--test-case-exclude=what spills over in a query goes into no file")

# The scripts of tests/e2e that run. The others:
#   test_kill, test_links, test_neighbours, test_peers, test_ten_posts  stop programs by signals, or need Avahi
#   test_embedding_*, test_trace  programs that are not built here, or that take their words from argv, which is no
#     UTF-8 there (windows/test_dll.sh has a program in C)
#   the tests of these names in those that do run:
set(COTMOC_SCRIPT_TESTS_LEFT_OUT
    # They send a signal, or look at limits of a process in /proc, or at what a hub left that a signal had stopped.
    test_signed_history
    test_the_hub_stops_on_a_signal_and_serves_again
    test_a_program_that_dies_leaves_no_core
    # The desktop's keyring of Linux; unit/system/windows/data_protection.cpp tests DPAPI.
    test_a_key_file_in_its_custody_opens_in_that_session_only
    test_a_pin_is_enough_there_until_it_was_wrong_ten_times
    test_a_wipe_takes_the_secret_out_of_the_keyring
    test_without_a_keyring_nothing_is_made
    # /dev/zero
    test_what_cannot_be_attached_or_fetched_says_so_and_changes_nothing)
set(COTMOC_SCRIPTS paths bundle)

# What has not been tried under Wine yet, so that it may fail there for reasons of its own: test programs that have
# not been compiled, the DLL of the C interface with a program in C, and scripts.
option(COTMOC_WINDOWS_UNTRIED "Also the tests that have not been tried under Wine" OFF)
if(COTMOC_WINDOWS_UNTRIED)
    list(APPEND COTMOC_SCRIPTS audit errors rejoin roots lost_laptop keys snapshots attachments commands)
else()
    set(COTMOC_TEST_PROGRAMS_LEFT_OUT crypto merge report sync audit limits cli c)
endif()
