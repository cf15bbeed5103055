// A catalogue with one kind, whose records may have files.
#pragma once

#include <string_view>

namespace cotmoc::test_c {

inline constexpr std::string_view files_catalogue = R"({"catalogue":"test","version":1,"common":{},
"kinds":{"report":{"label":"Báo cáo","fields":{"title":{"type":"text","merge":"latest"},
"result":{"type":"text","merge":"review"},"files":{"type":"attachments","merge":"set"}}}}})";

}  // namespace cotmoc::test_c
