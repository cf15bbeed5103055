#include "verification.hpp"

#include "json_text.hpp"
#include "messages.hpp"

#include <cotmoc/records/verification.hpp>

#include <cotmoc/crypto/key_ring.hpp>

namespace cotmoc::cli {

ExitStatus put_verification(const Common& common, const std::vector<Error>& wrong, const std::string& checked,
                            const std::vector<std::string>& not_checked) {
    if (common.json) {
        put_line(records::verification_json(wrong, checked, not_checked));
        return wrong.empty() ? done : failed;
    }
    for (const Error& problem : wrong) {
        put_line(std::string(error_name(problem.code)) + ": " + one_line(problem.detail));
    }
    for (const std::string& each : not_checked) {
        put_line(std::string(common.text(Label::not_checked)) + ": " + each);
    }
    if (wrong.empty()) {
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
    COTMOC_ASSIGN(const records::FileVerification found, records::verify_file(file, fingerprint));
    return put_verification(common, found.wrong, found.checked, found.not_checked);
}

}  // namespace cotmoc::cli
