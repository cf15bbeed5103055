#include <cotmoc/records/verification.hpp>

#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/texts.hpp>

#include <cotmoc/base/native_path.hpp>
#include <cotmoc/core/database_tables.hpp>
#include <cotmoc/crypto/key_ring.hpp>
#include <cotmoc/sync/archive.hpp>

#include <fstream>

namespace cotmoc::records {
namespace {

tl::unexpected<Error> neither(const std::string& file) {
    return fail(ErrorCode::cannot_read_file, file + " is neither a hub's database nor signed history");
}

/// A replica's own is encrypted; and opening what is no database of a hub would make it one.
Result<void> check_form(const std::string& file) {
    constexpr std::string_view magic("SQLite format 3\0", 16);
    std::ifstream in(native_file(file), std::ios::binary);
    std::string head(magic.size(), ' ');
    if (!in || !in.read(head.data(), static_cast<std::streamsize>(head.size()))) {
        return fail(ErrorCode::cannot_read_file, file);
    }
    if (head != magic) {
        return neither(file);
    }
    COTMOC_ASSIGN(const auto tables, core::tables_of(file));
    for (const std::string_view table : {"meta", "trust", "space", "envelope", "frontier"}) {
        if (!tables.contains(table)) {
            return neither(file);
        }
    }
    return {};
}

}  // namespace

Result<FileVerification> verify_file(const std::string& file, const std::optional<Hash256>& root) {
    COTMOC_TRY(check_form(file));
    COTMOC_ASSIGN(const std::unique_ptr<sync::HubStore> archive, sync::open_sqlite_hub_store(file));
    COTMOC_ASSIGN(sync::ArchiveCheck found, sync::check_archive(*archive, root));
    if (found.trust_entries == 0 && found.wrong.empty()) {
        return fail(ErrorCode::cannot_read_file, file + " holds no signed history");
    }
    FileVerification told;
    told.not_checked.emplace_back("what is inside the change sets: that needs keys");
    const std::string text = crypto::fingerprint_text(found.root_fingerprint);
    if (!root) {
        told.not_checked.push_back("whether the root is the right one: compare " + text + " with the poster");
    }
    told.checked = JsonObject()
                       .number("trust_entries", found.trust_entries)
                       .number("change_sets", found.change_sets)
                       .number("without_right", found.without_right)
                       .text("root", text)
                       .finish();
    told.wrong = std::move(found.wrong);
    return told;
}

std::string verification_json(const std::vector<Error>& wrong, const std::string& checked,
                              const std::vector<std::string>& not_checked) {
    std::vector<std::string> problems;
    for (const Error& problem : wrong) {
        problems.push_back(JsonObject()
                               .text("error", error_name(problem.code))
                               .text("detail", one_line(problem.detail))
                               .finish());
    }
    JsonObject object;
    object.flag("ok", wrong.empty()).raw("problems", json_array(problems));
    if (!checked.empty()) {
        object.raw("checked", checked);
    }
    if (!not_checked.empty()) {
        object.raw("not_checked", json_texts(not_checked));
    }
    return object.finish();
}

}  // namespace cotmoc::records
