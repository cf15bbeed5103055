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

# Cases, by name; an asterisk stands for the rest of a name, since a comma would begin another one.
set(cases
    # The open files of a process are seen in /proc/self/fd.
    "what spills over in a query goes into no file"
    # They move a database away that is open, which Windows refuses.
    "after a call that threw the replica is opened again*"
    "what is thrown as a caller comes in ends the serve*")
list(JOIN cases "," cases)
set(COTMOC_CASES_LEFT_OUT "--test-case-exclude=${cases}")

# The scripts of tests/e2e that run. The others: test_neighbours needs Avahi, test_trace a program that measures,
# test_embedding_java a JDK for Windows, and test_embedding_together is there for the languages that are not built here.
# Of those that do run, the tests of these names do not:
set(COTMOC_SCRIPT_TESTS_LEFT_OUT
    # Limits of a process in /proc, and SIGQUIT.
    test_a_program_that_dies_leaves_no_core
    # The desktop's keyring of Linux; unit/system/windows/data_protection.cpp tests DPAPI.
    test_a_key_file_in_its_custody_opens_in_that_session_only
    test_a_pin_is_enough_there_until_it_was_wrong_ten_times
    test_a_wipe_takes_the_secret_out_of_the_keyring
    test_without_a_keyring_nothing_is_made
    # They type on a terminal of Linux, to which Wine writes a whole screen with its commands, not lines.
    test_passphrases_and_the_fingerprint_are_asked_for_without_echo
    test_on_a_terminal_nothing_of_it_is_shown
    test_it_must_be_confirmed_by_name
    test_the_office_is_asked_and_says_who_asks
    # Words of a command line are UTF-16 there, so that none is bad UTF-8.
    test_a_word_that_is_not_utf_8
    # Wine itself goes by LC_ALL, and cannot read variables in UTF-8 where it names a language that is not installed.
    test_lc_all_goes_before_lang
    # Busy, it passed 4 % over its bound; whether that is Wine's sockets nobody has looked at. test-sync counts, too.
    test_a_link_that_is_cut_again_and_again_carries_each_chunk_once
    # /dev/zero
    test_what_cannot_be_attached_or_fetched_says_so_and_changes_nothing)
set(COTMOC_SCRIPTS paths bundle audit errors rejoin roots lost_laptop keys snapshots attachments commands
    peers ten_posts links kill embedding_c embedding_cpp)
