# What of the tests does not run on another machine under qemu-user, and why. docs/HACKING.md repeats it for people.
if(NOT CMAKE_CROSSCOMPILING OR WIN32)
    return()
endif()

# Cases, by name; an asterisk stands for the rest of a name, since a comma would begin another one.
set(cases
    # The emulator has no ptrace: a program that is killed before each of its system calls.
    "no SIGKILL gives back a try"
    "a change of the passphrase that is cut off leaves the old or the new one in force"
    "a wipe destroys the keys before anything else*")
list(JOIN cases "," cases)
set(COTMOC_CASES_LEFT_OUT "--test-case-exclude=${cases}")

# End-to-end scripts that do run: sync with a hub, bundles, the scenario of embedding in C. The others start hundreds of
# programs one after another, or watch the memory, signals and network of the machine.
set(COTMOC_SCRIPTS_EMULATED "^e2e-(audit|bundle|embedding_c)$")
