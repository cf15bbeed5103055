# The pages of the C++ headers: what find_package(cotmoc) installs. docs/make_api.sh runs it.
@INCLUDE = docs/Doxyfile
INPUT = docs/api_cpp.dox core/base/include core/include crypto/include sync/include platform/asio/include \
    platform/pictures/include platform/records/include platform/system/include
FILE_PATTERNS = *.hpp *.dox
EXTENSION_MAPPING =
STRIP_FROM_INC_PATH = core/base/include core/include crypto/include sync/include platform/asio/include \
    platform/pictures/include platform/records/include platform/system/include
OPTIMIZE_OUTPUT_FOR_C = NO
BUILTIN_STL_SUPPORT = YES
PREDEFINED =
EXPAND_ONLY_PREDEF = NO
# Names of errors come from a list that is included within an enumeration.
SEARCH_INCLUDES = YES
INCLUDE_PATH = core/base/include
