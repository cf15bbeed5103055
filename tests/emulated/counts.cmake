# How long the tests run under qemu-user, where all is about ten times as slow.
if(NOT CMAKE_CROSSCOMPILING)
    return()
endif()
set(counts
    codec COTMOC_SHORTER=20
    merge COTMOC_SHORTER=20 COTMOC_REGISTER_HISTORIES=300
    store COTMOC_SHORTER=20
    crypto COTMOC_SHORTER=10
    property COTMOC_SHORTER=8 COTMOC_LAW_CASES=100
    sync COTMOC_SHORTER=50 COTMOC_RESTORE_SEEDS=2 COTMOC_CUT_EVERY=4000 COTMOC_LYING_HUB_SEEDS=1 COTMOC_FORKS_SEEDS=1
    audit COTMOC_DAMAGED_IMAGES=20
    threats COTMOC_THREATS_SCALE=0.1
    sim COTMOC_SIM_SEEDS=3 COTMOC_LINK_SEEDS=1 COTMOC_TEN_POSTS_SEEDS=1
    devices COTMOC_DEVICE_SEEDS=1)
set(test "")
foreach(word ${counts})
    if(word MATCHES "=")
        set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT ${word})
    else()
        set(test ${word})
        set_tests_properties(${test} PROPERTIES TIMEOUT 3600)
    endif()
endforeach()
