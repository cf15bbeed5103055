// JSON as the commands write it; the C interface writes it with the same code.
#pragma once

#include <cotmoc/records/json_text.hpp>

namespace cotmoc::cli {

using records::comma_list;
using records::json_array;
using records::json_texts;
using records::JsonMember;
using records::JsonObject;
using records::plain_text;
using records::split_object;

}  // namespace cotmoc::cli
