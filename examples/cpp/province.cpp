#include "province.hpp"

#include <cotmoc/sync/pipe.hpp>

#include <iostream>

namespace samples {

using namespace cotmoc;

namespace {

/// What the province records. A real one is a file that the authority signs: docs/catalogue.md.
constexpr std::string_view catalogue = R"({"catalogue": "samples", "version": 1,
 "common": {"note": {"type": "text", "merge": "latest"}},
 "kinds": {"delegation": {"label": "Đoàn ra, đoàn vào", "dated_by": "start_date", "fields": {
   "partner":    {"type": "text", "merge": "latest", "searchable": true},
   "head":       {"type": "text", "merge": "review", "searchable": true},
   "people":     {"type": "integer", "merge": "review", "min": 0},
   "start_date": {"type": "date", "merge": "latest", "required": true, "indexed": true}}}}})";

constexpr std::string_view spaces = R"({"spaces": [
  {"id": "kon-tum", "label": "Toàn tỉnh", "writers": ["province_officer"]},
  {"id": "kon-tum/ngoc-hoi", "label": "Huyện Ngọc Hồi"}]})";

}  // namespace

Device::Device(const std::filesystem::path& directory, PracticeClock& clock, Random& random)
    : key_store(directory.string()),
      environment{.database_path = (directory / "replica.db").string(),
                  .key_store = key_store,
                  .clock = clock,
                  .random = random} {
    std::filesystem::create_directories(directory);
}

Province::Province() {
    Bytes suffix(8);
    random.fill(suffix);
    directory_ = std::filesystem::temp_directory_path() / ("cotmoc-sample-" + to_hex(suffix));
}

Province::~Province() {
    hub_.reset();
    hub_store_.reset();
    authority_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

crypto::Secret Province::passphrase() {
    return crypto::Secret::copy_of(as_bytes("a long sentence to practise"));
}

Result<std::unique_ptr<Province>> Province::create() {
    COTMOC_TRY(crypto::initialise());
    std::unique_ptr<Province> made(new Province);
    COTMOC_TRY(made->make_authority());
    COTMOC_TRY(made->make_hub());
    return made;
}

Result<void> Province::make_authority() {
    authority_ = std::make_unique<Device>(directory_ / "authority", clock, random);
    COTMOC_ASSIGN(const auto plans, sync::parse_spaces(spaces));
    COTMOC_TRY(sync::Authority::create(authority_->environment, "kon-tum", plans, catalogue, passphrase(),
                                       crypto::KdfPreset::low));
    COTMOC_ASSIGN(authority_->replica, sync::Replica::open(authority_->environment, passphrase()));
    return {};
}

Result<void> Province::make_hub() {
    hub_keys_ = crypto::DeviceKeys::generate(random);
    COTMOC_ASSIGN(hub_store_, sync::open_sqlite_hub_store((directory_ / "hub.db").string()));
    COTMOC_ASSIGN(hub_, sync::Hub::open(*hub_store_));
    const std::string request = crypto::encode_request("hub-1", *hub_keys_, random);
    COTMOC_ASSIGN(const std::string text, enrol(request, crypto::Role::hub));
    COTMOC_ASSIGN(const crypto::Grant grant, crypto::parse_grant(text));
    for (const Bytes& entry : grant.entries) {
        COTMOC_TRY(hub_->add_trust_entry(entry));
    }
    return hub_->commit();
}

Result<std::string> Province::enrol(const std::string& request, crypto::Role role) {
    COTMOC_ASSIGN(auto authority, sync::Authority::of(*authority_->replica, clock, random));
    std::vector<std::string> names;
    if (crypto::is_data_role(role)) {
        names.emplace_back("kon-tum/ngoc-hoi");
    }
    COTMOC_ASSIGN(std::string grant, authority.enrol(request, role, names));
    if (authority_->replica->hub_key() && role != crypto::Role::hub) {
        COTMOC_TRY(sync(*authority_->replica));  // so that the hub knows the new device
    }
    return grant;
}

Result<std::unique_ptr<Device>> Province::add_post(const std::string& name) {
    auto device = std::make_unique<Device>(directory_ / name, clock, random);
    COTMOC_TRY(sync::Replica::create(device->environment, name, passphrase(), crypto::KdfPreset::low));
    COTMOC_ASSIGN(device->replica, sync::Replica::open(device->environment, passphrase()));
    COTMOC_ASSIGN(const std::string text, enrol(device->replica->request(), crypto::Role::border_post));
    COTMOC_ASSIGN(const crypto::Grant grant, crypto::parse_grant(text));
    COTMOC_TRY(device->replica->join(grant, fingerprint()));
    return device;
}

Result<sync::SessionReport> Province::sync(sync::Replica& device) {
    const auto caller = sync::Session::call({device, device.keys().device, random}, device.hub_key().value());
    const auto answering = sync::Session::answer({*hub_, *hub_keys_, random});
    return sync::run_in_memory(*caller, *answering, clock);
}

Result<RecordId> add(sync::Replica& replica, std::string_view kind, std::string_view json) {
    const core::Kind* known = replica.catalogue()->find(kind);
    if (known == nullptr) {
        return fail(ErrorCode::unknown_kind, std::string(kind));
    }
    COTMOC_ASSIGN(const auto fields, core::parse_json_fields(*known, json));
    COTMOC_ASSIGN(const sync::SpaceInfo space, replica.default_space());
    return replica.add(space, kind, fields);
}

Result<void> set(sync::Replica& replica, const RecordId& id, std::string_view field, std::string_view text) {
    COTMOC_ASSIGN(const auto view, replica.store().find(id));
    if (!view) {
        return fail(ErrorCode::unknown_record, to_uuid_text(id));
    }
    const core::Field* known = replica.catalogue()->find(view->kind)->find(field);
    if (known == nullptr) {
        return fail(ErrorCode::unknown_field, std::string(field));
    }
    COTMOC_ASSIGN(core::Value value, core::parse_text_value(*known, text));
    const core::FieldEdit edit{core::FieldEdit::Kind::set, known->name, std::move(value)};
    return replica.edit(id, std::span(&edit, 1));
}

Result<void> print_sql(sync::Replica& replica, std::string_view statement) {
    return replica.store().sql(statement, [](std::span<const std::string>, std::span<const std::string> row) {
        for (const std::string& value : row) {
            std::cout << "  " << value;
        }
        std::cout << '\n';
        return true;
    });
}

int run(Result<void> (*sample)()) {
    const Result<void> result = sample();
    if (!result) {
        std::cerr << "error[" << error_name(result.error().code) << "]: " << describe(result.error()) << '\n';
        return 1;
    }
    return 0;
}

}  // namespace samples
