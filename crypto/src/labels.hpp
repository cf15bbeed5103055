// Every label of H and KDF in one place: one purpose, one label. P() puts "cotmoc/v1 " before them.
#pragma once

#include <array>
#include <string_view>

namespace cotmoc::crypto::label {

inline constexpr std::string_view prefix = "cotmoc/v1 ";

inline constexpr std::string_view device_id = "device-id";
inline constexpr std::string_view entry = "entry";
inline constexpr std::string_view entry_ciphertext = "entry-ct";
inline constexpr std::string_view entry_key = "entry-key";
inline constexpr std::string_view epoch_check = "epoch-check";
inline constexpr std::string_view wrap_secret = "wrap-ss";
inline constexpr std::string_view epoch_wrap = "epoch-wrap";
inline constexpr std::string_view text_key = "text-key";
inline constexpr std::string_view key_file = "keyfile";
inline constexpr std::string_view key_file_checksum = "keyfile-checksum";
inline constexpr std::string_view high_water = "high-water";
inline constexpr std::string_view root = "root";
inline constexpr std::string_view trust_entry = "trust";
inline constexpr std::string_view space_id = "space-id";
inline constexpr std::string_view enrolment_request = "enrolment-request";
inline constexpr std::string_view issuer_request = "issuer-request";
inline constexpr std::string_view channel = "channel";
inline constexpr std::string_view channel_commit = "channel-commit";
inline constexpr std::string_view recovery_secret = "recovery-ss";
inline constexpr std::string_view recovery_wrap = "recovery-wrap";
inline constexpr std::string_view recovery_answer = "recovery-answer";
inline constexpr std::string_view recovery_code = "recovery-code";
inline constexpr std::string_view dictionary = "dictionary";
inline constexpr std::string_view attachment = "attachment";
inline constexpr std::string_view attachment_chunk = "attachment-chunk";
inline constexpr std::string_view attachment_content = "attachment-content";
inline constexpr std::string_view attachment_key = "attachment-key";
inline constexpr std::string_view attachment_database = "attachment-database";
inline constexpr std::string_view attachment_thumbnail = "attachment-thumbnail";
inline constexpr std::string_view lan_tag = "lan-tag";
inline constexpr std::string_view snapshot = "snapshot";

// The texts that seal_text() knows; they go into its derivation as a part, not as the label of a KDF.
inline constexpr std::string_view text_previous_key = "text previous-key";
inline constexpr std::string_view text_device_name = "text device-name";
inline constexpr std::string_view text_space_name = "text space-name";
inline constexpr std::string_view text_catalogue = "text catalogue";
inline constexpr std::string_view text_snapshot = "text snapshot";

/// For the test that no two are the same. Labels of other modules (frontier, digest) are listed in
/// docs/spec/encoding.md.
inline constexpr std::array all = {
    device_id,
    entry,
    entry_ciphertext,
    entry_key,
    epoch_check,
    wrap_secret,
    epoch_wrap,
    text_key,
    key_file,
    key_file_checksum,
    high_water,
    root,
    trust_entry,
    space_id,
    enrolment_request,
    issuer_request,
    channel,
    channel_commit,
    recovery_secret,
    recovery_wrap,
    recovery_answer,
    recovery_code,
    dictionary,
    attachment,
    attachment_chunk,
    attachment_content,
    attachment_key,
    attachment_database,
    attachment_thumbnail,
    lan_tag,
    snapshot,
    text_previous_key,
    text_device_name,
    text_space_name,
    text_catalogue,
    text_snapshot,
};

}  // namespace cotmoc::crypto::label
