# sbom.json in the build folder: what the programs are made of, in the form of CycloneDX 1.5. Whoever learns of a
# fault in a library sees from it which of their installations are concerned.
set(cotmoc_components_json "")
# cotmoc_component(name version licence)
function(cotmoc_component name version licence)
    if(NOT version)
        message(FATAL_ERROR "The version of ${name} is not known")
    endif()
    set(entry "    {\"type\": \"library\", \"name\": \"${name}\", \"version\": \"${version}\", ")
    string(APPEND entry "\"licenses\": [{\"license\": {\"id\": \"${licence}\"}}]}")
    if(cotmoc_components_json)
        set(entry "${cotmoc_components_json},\n${entry}")
    endif()
    set(cotmoc_components_json "${entry}" PARENT_SCOPE)
endfunction()

file(STRINGS "${cotmoc_sqlite_source}" cotmoc_sqlite_text LIMIT_COUNT 1 REGEX "^#define SQLITE_VERSION +\"")
string(REGEX MATCH "[0-9][0-9.]*" cotmoc_sqlite_text "${cotmoc_sqlite_text}")
if(NOT cotmoc_sqlite_text)
    set(cotmoc_sqlite_text "${cotmoc_sqlite_version}")
endif()
cotmoc_component(sqlite3mc "${cotmoc_sqlite_text}" MIT)
cotmoc_component(libsodium "${SODIUM_VERSION}" ISC)
cotmoc_component(libzstd "${ZSTD_VERSION}" BSD-3-Clause)
cotmoc_component(nlohmann-json "${nlohmann_json_VERSION}" MIT)
cotmoc_component(tl-expected "${tl-expected_VERSION}" CC0-1.0)
if(COTMOC_BUILD_PLATFORM)
    cotmoc_component(boost "${Boost_VERSION}" BSL-1.0)
endif()
if(COTMOC_BUILD_PROGRAMS)
    cotmoc_component(cli11 "${CLI11_VERSION}" BSD-3-Clause)
endif()
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/sbom.json" CONTENT "{
  \"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.5\", \"version\": 1,
  \"metadata\": {\"component\": {\"type\": \"application\", \"name\": \"cotmoc\", \"version\": \"@PROJECT_VERSION@\"}},
  \"components\": [
@cotmoc_components_json@
  ]
}
" @ONLY)
