#include "verification.hpp"

#include "json_text.hpp"
#include "messages.hpp"

#include <cotmoc/base/native_path.hpp>
#include <cotmoc/crypto/key_ring.hpp>
#include <cotmoc/sync/archive.hpp>
#include <cotmoc/system/file.hpp>

#include <fstream>

namespace cotmoc::cli {
namespace {

/// Opening what is no database would make one, and what is encrypted is a replica's own.
Result<void> check_form(const std::string& file) {
    constexpr std::string_view magic("SQLite format 3\0", 16);
    std::ifstream in(native_file(file), std::ios::binary);
    std::string head(magic.size(), ' ');
    if (!in || !in.read(head.data(), static_cast<std::streamsize>(head.size()))) {
        return fail(ErrorCode::cannot_read_file, file);
    }
    if (head != magic) {
        return fail(ErrorCode::cannot_read_file, file + " is neither a hub's database nor signed history");
    }
    return {};
}

}  // namespace

ExitStatus put_verification(const Common& common, const std::vector<Error>& wrong, const std::string& checked,
                            const std::vector<std::string>& not_checked) {
    std::vector<std::string> problems;
    for (const Error& problem : wrong) {
        const std::string detail = one_line(problem.detail);
        if (common.json) {
            problems.push_back(
                JsonObject().text("error", error_name(problem.code)).text("detail", detail).finish());
        } else {
            put_line(std::string(error_name(problem.code)) + ": " + detail);
        }
    }
    std::vector<std::string> rest;
    for (const std::string& each : not_checked) {
        if (common.json) {
            std::string text;
            core::append_json_string(text, each);
            rest.push_back(std::move(text));
        } else {
            put_line(std::string(common.text(Label::not_checked)) + ": " + each);
        }
    }
    if (common.json) {
        JsonObject object;
        object.flag("ok", wrong.empty()).raw("problems", json_array(problems));
        if (!checked.empty()) {
            object.raw("checked", checked);
        }
        if (!rest.empty()) {
            object.raw("not_checked", json_array(rest));
        }
        put_line(object.finish());
    } else if (wrong.empty()) {
        put_line(common.text(Label::nothing_wrong));
    }
    return wrong.empty() ? done : failed;
}

Outcome verify_archive(const Common& common, const std::string& file, const std::string& root) {
    std::optional<Hash256> fingerprint;
    if (!root.empty()) {
        fingerprint = crypto::parse_fingerprint(root);
        if (!fingerprint) {
            return fail(ErrorCode::wrong_root, "--root is not a fingerprint");
        }
    }
    COTMOC_TRY(check_form(file));
    COTMOC_ASSIGN(const std::unique_ptr<sync::HubStore> archive, sync::open_sqlite_hub_store(file));
    COTMOC_ASSIGN(const sync::ArchiveCheck found, sync::check_archive(*archive, fingerprint));
    std::vector<std::string> not_checked{"what is inside the change sets: that needs keys"};
    const std::string text = crypto::fingerprint_text(found.root_fingerprint);
    if (!fingerprint) {
        not_checked.push_back("whether the root is the right one: compare " + text + " with the poster");
    }
    JsonObject checked;
    checked.number("trust_entries", found.trust_entries)
        .number("change_sets", found.change_sets)
        .number("without_right", found.without_right)
        .text("root", text);
    return put_verification(common, found.wrong, checked.finish(), not_checked);
}

}  // namespace cotmoc::cli
