// authority root, sign, publish: a new root of the province, from keyholder to keyholder; and the keys of
// issuers.
#include "authority_command.hpp"
#include "json_text.hpp"
#include "shared_chain.hpp"

#include <cotmoc/system/file.hpp>
#include <cotmoc/system/process.hpp>

#include <algorithm>

namespace cotmoc::cli {
namespace {

using crypto::RootEntry;
using crypto::SigningPublicKey;

constexpr std::size_t text_bytes_max = 8 * 1024 * 1024;
constexpr std::size_t key_file_bytes_max = 64 * 1024;
constexpr std::uint64_t day_ms = 24ull * 60 * 60 * 1000;

/// The argument, or what the file of that name says.
Result<std::string> text_or_file(const std::string& argument) {
    return argument == "-" || system::file_exists(argument) ? read_text(argument, text_bytes_max)
                                                            : Result<std::string>(argument);
}

std::vector<std::string> hex_of(const std::vector<SigningPublicKey>& keys) {
    std::vector<std::string> texts;
    for (const SigningPublicKey& key : keys) {
        texts.push_back(key.hex());
    }
    return texts;
}

/// Names where this replica can read them, ids elsewhere.
std::string space_text(const sync::Replica* replica, const SpaceId& id) {
    return replica != nullptr ? space_name(*replica, id) : id.hex();
}

std::string issuer_json(const sync::Replica* replica, const RootEntry::Issuer& issuer) {
    std::vector<std::string> spaces;
    for (const SpaceId& id : issuer.spaces) {
        spaces.push_back(space_text(replica, id));
    }
    return JsonObject()
        .text("key", issuer.key.hex())
        .raw("spaces", issuer.all_spaces ? "[\"*\"]" : json_texts(spaces))
        .raw("last_position", issuer.last_position == 0 ? "null" : std::to_string(issuer.last_position))
        .finish();
}

JsonObject& describe_root(JsonObject& object, const sync::Replica* replica, const RootEntry& root) {
    std::vector<std::string> issuers;
    for (const RootEntry::Issuer& issuer : root.issuers) {
        issuers.push_back(issuer_json(replica, issuer));
    }
    return object.number("version", std::uint64_t{root.version})
        .number("threshold", std::uint64_t{root.threshold})
        .raw("root_keys", json_texts(hex_of(root.root_keys)))
        .raw("issuers", json_array(issuers))
        .text("recovery_key", root.recovery_key.is_zero() ? "" : root.recovery_key.hex())
        .text("expires", utc_text(static_cast<std::int64_t>(root.expires_ms)));
}

std::string root_lines(const Common& common, const sync::Replica* replica, const RootEntry& root) {
    std::string text = std::string(common.text(Label::root)) + " " + std::to_string(root.version) + ": " +
                       std::to_string(root.threshold) + "/" + std::to_string(root.root_keys.size()) + ", " +
                       utc_text(static_cast<std::int64_t>(root.expires_ms)) + "\n";
    for (const SigningPublicKey& key : root.root_keys) {
        text += "  " + std::string(common.text(Label::root_key)) + " " + key.hex() + "\n";
    }
    for (const RootEntry::Issuer& issuer : root.issuers) {
        std::vector<std::string> spaces;
        for (const SpaceId& id : issuer.spaces) {
            spaces.push_back(space_text(replica, id));
        }
        text += "  " + std::string(common.text(Label::issuer)) + " " + issuer.key.hex() + "  " +
                (issuer.all_spaces ? "*" : comma_list(spaces));
        if (issuer.last_position != 0) {
            text += "  " + std::string(common.text(Label::dismissed_at)) + " " +
                    std::to_string(issuer.last_position);
        }
        text += "\n";
    }
    return text;
}

struct RootOptions {
    std::string draft;
    std::string add_issuer;
    std::vector<std::string> spaces;
    std::string dismiss;
    std::optional<std::uint64_t> last_position;
    std::vector<std::string> new_keys;
    std::optional<unsigned> threshold;
    std::optional<unsigned> days;
    bool changes() const {
        return !add_issuer.empty() || !dismiss.empty() || !new_keys.empty() || threshold || days;
    }
};

Result<RootEntry::Issuer> new_issuer(const sync::Replica& replica, const RootOptions& options) {
    COTMOC_ASSIGN(const std::string text, text_or_file(options.add_issuer));
    RootEntry::Issuer issuer;
    COTMOC_ASSIGN(issuer.key, sync::parse_issuer_request(text));
    if (options.spaces.empty()) {
        return fail(ErrorCode::wrong_usage, "--space is needed for an issuer; '*' for all");
    }
    issuer.all_spaces = std::ranges::count(options.spaces, "*") != 0;
    for (const std::string& name : options.spaces) {
        if (!issuer.all_spaces) {
            COTMOC_ASSIGN(const sync::SpaceInfo space, replica.find_space(name));
            issuer.spaces.push_back(space.id);
        }
    }
    std::ranges::sort(issuer.spaces);
    const auto doubles = std::ranges::unique(issuer.spaces);
    issuer.spaces.erase(doubles.begin(), doubles.end());
    return issuer;
}

/// A key as it is written, or the first digits of one that the root lists.
Result<SigningPublicKey> listed_issuer(const RootEntry& root, const std::string& argument) {
    for (const RootEntry::Issuer& issuer : root.issuers) {
        if (argument.size() >= 8 && issuer.key.hex().starts_with(argument)) {
            return issuer.key;
        }
    }
    COTMOC_ASSIGN(const std::string text, text_or_file(argument));
    return sync::parse_issuer_request(text);
}

Result<sync::RootChange> change_of(Opened& opened, const RootOptions& options) {
    const sync::Replica& replica = *opened.replica;
    sync::RootChange change;
    if (!options.add_issuer.empty()) {
        COTMOC_ASSIGN(auto issuer, new_issuer(replica, options));
        change.add_issuers.push_back(std::move(issuer));
    }
    if (options.last_position == 0u) {
        return fail(ErrorCode::wrong_usage, "--last-position is 1 or more");
    }
    if (!options.dismiss.empty()) {
        COTMOC_ASSIGN(const SigningPublicKey key, listed_issuer(replica.trust().root(), options.dismiss));
        change.dismiss.push_back({key, options.last_position.value_or(replica.trust().position())});
    }
    for (const std::string& argument : options.new_keys) {
        COTMOC_ASSIGN(const std::string text, text_or_file(argument));
        COTMOC_ASSIGN(const SigningPublicKey key, sync::parse_root_key(text));
        change.root_keys.push_back(key);
    }
    if (options.threshold) {
        change.threshold = static_cast<std::uint8_t>(std::min(*options.threshold, 255u));
    }
    if (options.days) {
        const auto now = std::max<std::int64_t>(opened.place.clock.wall_ms(), 0);
        change.expires_ms = static_cast<std::uint64_t>(now) + *options.days * day_ms;
    }
    return change;
}

Outcome root(const Common& common, const RootOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "authority root"));
    const sync::Replica& replica = *opened->replica;
    if (!replica.joined()) {
        return fail(ErrorCode::not_joined);
    }
    if (options.draft.empty() != !options.changes()) {
        return fail(ErrorCode::wrong_usage, "--draft FILE and what is to change go together");
    }
    RootEntry shown = replica.trust().root();
    if (options.changes()) {
        COTMOC_ASSIGN(const sync::RootChange change, change_of(*opened, options));
        const auto now = std::max<std::int64_t>(opened->place.clock.wall_ms(), 0);
        COTMOC_ASSIGN(const Bytes draft,
                      sync::draft_root(replica.trust(), change, static_cast<std::uint64_t>(now)));
        COTMOC_TRY(system::replace_file(options.draft, as_bytes(sync::encode_root_draft(draft) + "\n")));
        shown = std::get<RootEntry>(crypto::parse_root_draft(draft)->entry.body);
    }
    JsonObject object;
    if (common.json) {
        put_line(describe_root(object, &replica, shown).finish());
    } else {
        put(root_lines(common, &replica, shown));
    }
    return done;
}

struct SignOptions {
    std::string draft;
    std::string key;
};

/// The key file that --key names, else that of the directory.
Result<Bytes> key_file(const Common& common, const std::string& path) {
    if (!path.empty()) {
        return system::read_file(path, key_file_bytes_max);
    }
    COTMOC_ASSIGN(const std::string directory, common.replica_directory());
    return Workplace(directory, "cotmoc authority sign").key_store.load();
}

Outcome sign(const Common& common, const SignOptions& options) {
    COTMOC_ASSIGN(const std::string text, read_text(options.draft, text_bytes_max));
    COTMOC_ASSIGN(const Bytes draft, sync::parse_root_draft_text(text));
    COTMOC_ASSIGN(const Bytes file, key_file(common, options.key));
    const auto next = std::get<RootEntry>(crypto::parse_root_draft(draft)->entry.body);
    if (system::stderr_is_terminal()) {
        std::fputs(root_lines(common, nullptr, next).c_str(), stderr);  // who signs sees what it is
    }
    COTMOC_ASSIGN(const crypto::Secret passphrase, read_passphrase(common, false));
    COTMOC_ASSIGN(const crypto::SigningKey key, sync::open_root_key(file, passphrase));
    COTMOC_ASSIGN(const Bytes signed_draft, sync::sign_root_draft(draft, key));
    const std::string line = sync::encode_root_draft(signed_draft);
    if (common.json) {
        JsonObject object;
        object.text("draft", line)
            .raw("signed_by", json_texts(hex_of(crypto::parse_root_draft(signed_draft)->signers)));
        put_line(describe_root(object, nullptr, next).finish());
    } else {
        put_line(line);
    }
    return done;
}

struct PublishOptions {
    std::string draft;
};

Outcome publish(const Common& common, const PublishOptions& options) {
    COTMOC_ASSIGN(const std::string text, read_text(options.draft, text_bytes_max));
    COTMOC_ASSIGN(const Bytes draft, sync::parse_root_draft_text(text));
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "authority publish"));
    COTMOC_ASSIGN(SharedChain chain, SharedChain::begin(common, *opened));
    COTMOC_TRY(sync::publish_root(*opened->replica, draft));
    COTMOC_ASSIGN(const bool handed_over, chain.hand_over());
    const std::uint64_t version = opened->replica->trust().root().version;
    put_line(common.json ? JsonObject()
                               .number("version", version)
                               .number("position", opened->replica->trust().position())
                               .finish()
                         : std::string(common.text(Label::root)) + " " + std::to_string(version));
    return handed_over ? done : needs_person;
}

struct NewKeyOptions {
    std::string file;
    std::string kdf;
};

Outcome new_root_key(const Common& common, const NewKeyOptions& options) {
    COTMOC_ASSIGN(const crypto::KdfPreset preset, kdf_preset(options.kdf));
    if (system::file_exists(options.file)) {
        return fail(ErrorCode::already_exists, options.file);
    }
    COTMOC_ASSIGN(const crypto::Secret passphrase, read_passphrase(common, true));
    crypto::SystemRandom random;
    const auto key = crypto::SigningKey::from_seed(crypto::Secret::random(32, random));
    COTMOC_ASSIGN(const Bytes file,
                  sync::seal_seed_file(sync::root_seed, key.seed(), passphrase, preset, random));
    COTMOC_TRY(system::replace_file(options.file, file));
    const std::string line = sync::encode_root_key(key.public_key());
    put_line(common.json ? JsonObject().text("root_key", line).text("key", key.public_key().hex()).finish()
                         : line);
    return done;
}

struct IssuerRequestOptions {
    std::string kdf;
};

/// Makes the issuer's seed in the directory's key file, once.
Result<crypto::SigningKey> issuer_key(const Common& common, Workplace& place, crypto::KdfPreset preset) {
    COTMOC_TRY(place.lock());
    COTMOC_ASSIGN(const Bytes file, place.key_store.load());
    COTMOC_ASSIGN(const crypto::Secret passphrase, read_passphrase(common, false));
    COTMOC_ASSIGN(crypto::KeyFileContents contents, crypto::open_key_file(file, passphrase));
    if (contents.find(sync::issuer_seed) == nullptr) {
        contents.extra.push_back({std::string(sync::issuer_seed), crypto::Secret::random(32, place.random)});
        COTMOC_ASSIGN(const Bytes sealed, crypto::seal_key_file(contents, passphrase, preset, place.random));
        COTMOC_TRY(place.key_store.save(sealed));
    }
    return crypto::SigningKey::from_seed(contents.find(sync::issuer_seed)->clone());
}

Outcome issuer_request(const Common& common, const IssuerRequestOptions& options) {
    COTMOC_ASSIGN(const crypto::KdfPreset preset, kdf_preset(options.kdf));
    COTMOC_ASSIGN(const std::string directory, common.replica_directory());
    Workplace place(directory, "cotmoc authority issuer-request");
    if (!place.key_store.exists()) {
        return fail(ErrorCode::no_replica, directory);
    }
    COTMOC_ASSIGN(const crypto::SigningKey key, issuer_key(common, place, preset));
    const std::string line = sync::encode_issuer_request(key);
    put_line(common.json ? JsonObject().text("request", line).text("key", key.public_key().hex()).finish()
                         : line);
    return done;
}

void add_root(CLI::App& group, Program& program) {
    auto options = std::make_shared<RootOptions>();
    CLI::App* command = group.add_subcommand("root", "Show the root, or draw up the next one");
    command->add_option("--draft", options->draft, "Where the next root's draft goes");
    command->add_option("--add-issuer", options->add_issuer, "An issuer's request, or its key");
    command->add_option("--space", options->spaces, "A space of the new issuer; * for all; may be repeated")
        ->allow_extra_args(false)
        ->delimiter(',');
    command->add_option("--dismiss-issuer", options->dismiss, "The key of an issuer, or its first digits");
    command->add_option("--last-position", options->last_position,
                        "The last of its entries that counts (all that are held here)");
    command->add_option("--new-keys", options->new_keys, "The root keys from now on: files or keys")
        ->delimiter(',');
    command->add_option("--threshold", options->threshold, "How many root keys sign the root after this one");
    command->add_option("--expires", options->days, "In how many days the root expires");
    program.on(command, options, root);
}

}  // namespace

void add_root_commands(CLI::App& group, Program& program) {
    add_root(group, program);
    auto sign_options = std::make_shared<SignOptions>();
    CLI::App* command = group.add_subcommand("sign", "Sign a draft of a root with one root key; print it");
    command->add_option("DRAFT", sign_options->draft, "The draft's file; - for standard input")->required();
    command->add_option("--key", sign_options->key, "The root key's file (that of the directory)");
    program.on(command, sign_options, sign);

    auto publish_options = std::make_shared<PublishOptions>();
    command = group.add_subcommand("publish", "Put a draft with enough signatures into the trust feed");
    command->add_option("DRAFT", publish_options->draft, "The draft's file; - for standard input")
        ->required();
    program.on(command, publish_options, publish);

    auto key_options = std::make_shared<NewKeyOptions>();
    command = group.add_subcommand("new-root-key", "Make a root key for a next root; print its public part");
    command->add_option("FILE", key_options->file, "Where the key's file goes")->required();
    command->add_option("--kdf", key_options->kdf, "desktop, phone or low (else $COTMOC_KDF)");
    program.on(command, key_options, new_root_key);

    auto issuer_options = std::make_shared<IssuerRequestOptions>();
    command = group.add_subcommand("issuer-request", "Make an issuer's key here; print it for the province");
    command->add_option("--kdf", issuer_options->kdf, "desktop, phone or low (else $COTMOC_KDF)");
    program.on(command, issuer_options, issuer_request);
}

}  // namespace cotmoc::cli
