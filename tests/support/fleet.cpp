#include "support/fleet.hpp"

#include <cotmoc/base/check.hpp>
#include <cotmoc/core/database.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace cotmoc::test_support {

const std::string_view Fleet::small_fleet = R"({"spaces":[
 {"id":"kon-tum","label":"Toàn tỉnh","writers":["province_officer"]},
 {"id":"kon-tum/ngoc-hoi","label":"Huyện Ngọc Hồi"},
 {"id":"kon-tum/dak-glei","label":"Huyện Đắk Glei"}]})";

const std::string_view Fleet::small_catalogue = R"({"catalogue":"test","version":1,
"common":{"unit":{"type":"text","merge":"latest"},"recorded_at":{"type":"datetime","merge":"latest"},
          "note":{"type":"text","merge":"latest"}},
"kinds":{"delegation":{"label":"Đoàn","dated_by":"start_date","fields":{
 "direction":{"type":"enum","merge":"latest","values":["outgoing","incoming"],"indexed":true},
 "partner":{"type":"text","merge":"latest","searchable":true},
 "head":{"type":"text","merge":"review","searchable":true},
 "people":{"type":"integer","merge":"review","min":0},
 "start_date":{"type":"date","merge":"latest","indexed":true},
 "result":{"type":"richtext","merge":"text","searchable":true}}},
"inspection":{"label":"Kiểm tra","fields":{
 "marker_no":{"type":"text","merge":"latest","required":true,"indexed":true,"searchable":true},
 "latitude":{"type":"real","merge":"latest","min":-90,"max":90},
 "value":{"type":"decimal","merge":"review","scale":2},
 "condition":{"type":"enum","merge":"worst","values":["intact","worn","damaged","missing"]},
 "status":{"type":"workflow","merge":"workflow","states":["reported","verified","closed"]},
 "visits":{"type":"counter","merge":"counter"},
 "joint":{"type":"boolean","merge":"latest"},
 "units":{"type":"set","merge":"set"}}},
"log":{"label":"Nhật ký","history":"full","fields":{
 "line":{"type":"text","merge":"latest"},"times":{"type":"counter","merge":"counter"},
 "story":{"type":"richtext","merge":"text"}}}}})";

TemporaryDirectory::TemporaryDirectory() {
    const std::filesystem::path base =
        std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path();
    std::string name = (base / "cotmoc-test-XXXXXX").string();
    COTMOC_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string octets_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void exchange(sync::Session& caller, sync::Session& responder, const Overhear& overhear) {
    caller.start(0);
    responder.start(0);
    for (bool moved = true; moved;) {
        moved = false;
        for (auto [from, to] : {std::pair(&caller, &responder), std::pair(&responder, &caller)}) {
            const Bytes bytes = from->take_output();
            if (bytes.empty()) {
                continue;
            }
            moved = true;
            if (overhear) {
                overhear(bytes, from == &caller);
            }
            to->on_bytes(bytes, 0);
            from->on_writable(0);
        }
    }
}

Fleet::Fleet(std::uint64_t seed, std::string_view catalogue)
    : random(seed), hub_keys_([this] {
          must(crypto::initialise());
          return crypto::DeviceKeys::generate(random);
      }()) {
    FleetDevice& office = make("authority", sync::Authority::seeds(random));
    const auto plans = must(sync::parse_spaces(small_fleet));
    must(sync::Authority::begin(*office.replica, "kon-tum", plans, catalogue, office.clock, random));
    const std::string request = crypto::encode_request("hub-1", hub_keys_, random);
    const crypto::Grant grant =
        must(crypto::parse_grant(must(authority().enrol(request, crypto::Role::hub, {}))));
    reopen_hub();
    for (const Bytes& entry : grant.entries) {
        must(hub_->add_trust_entry(entry));
    }
    must(hub_->commit());
}

sync::Authority Fleet::authority() {
    FleetDevice& office = *devices_.at("authority");
    return must(sync::Authority::of(*office.replica, office.clock, random));
}

FleetDevice& Fleet::make(const std::string& name, std::vector<crypto::KeyFileContents::Extra> extra) {
    auto device = std::unique_ptr<FleetDevice>(
        new FleetDevice{name,
                        {},
                        {},
                        directory.file(name + ".db"),
                        {crypto::DeviceKeys::generate(random), crypto::Secret::random(32, random),
                         core::preferred_cipher(), std::move(extra)},
                        nullptr});
    FleetDevice& made = *device;
    devices_[name] = std::move(device);
    names.push_back(name);
    must(sync::Replica::create_unlocked({made.path, made.key_store, made.clock, random}, name, made.keys));
    reopen(name);
    return made;
}

FleetDevice& Fleet::add(const std::string& name, crypto::Role role, const std::vector<std::string>& spaces) {
    return add_by(authority(), name, role, spaces);
}

FleetDevice& Fleet::add_by(sync::Authority issuer, const std::string& name, crypto::Role role,
                           const std::vector<std::string>& spaces) {
    FleetDevice& device = make(name, {});
    const auto text = must(issuer.enrol(device.replica->request(), role, spaces));
    const crypto::Grant grant = must(crypto::parse_grant(text));
    must(device.replica->join(grant, grant.root_fingerprint));
    return device;
}

FleetDevice& Fleet::copy(const std::string& name, const std::string& as) {
    FleetDevice& from = *devices_.at(name);
    from.replica.reset();
    std::filesystem::copy_file(from.path, directory.file(as + ".db"));
    reopen(name);
    devices_[as] = std::unique_ptr<FleetDevice>(
        new FleetDevice{as,
                        from.clock,
                        {},
                        directory.file(as + ".db"),
                        {from.keys.device.clone(), from.keys.database_key.clone(), from.keys.cipher, {}},
                        nullptr});
    reopen(as);
    return *devices_[as];
}

void Fleet::reopen(const std::string& name) {
    FleetDevice& device = *devices_.at(name);
    device.replica.reset();
    sync::ReplicaEnvironment environment{device.path, device.key_store,      device.clock,
                                         random,      device.read_catalogue, device.quarantine_max};
    environment.high_water_mark = device.high_water_mark;
    if (!device.passphrase.empty()) {
        device.replica =
            must(sync::Replica::open(environment, crypto::Secret::copy_of(as_bytes(device.passphrase))));
        return;
    }
    crypto::KeyFileContents keys{
        device.keys.device.clone(), device.keys.database_key.clone(), device.keys.cipher, {}};
    for (const auto& entry : device.keys.extra) {
        keys.extra.push_back({entry.name, entry.secret.clone()});
    }
    device.replica = must(sync::Replica::open_unlocked(environment, std::move(keys)));
}

void Fleet::close_hub() {
    hub_.reset();
    hub_store_.reset();
}

void Fleet::reopen_hub() {
    close_hub();
    hub_store_ = must(sync::open_sqlite_hub_store(directory.file("hub.db")));
    hub_ = must(sync::Hub::open(*hub_store_));
}

std::unique_ptr<sync::Session> Fleet::call(const std::string& name) {
    FleetDevice& device = *devices_.at(name);
    return sync::Session::call({*device.replica, device.replica->keys().device, random},
                               *device.replica->hub_key());
}

std::unique_ptr<sync::Session> Fleet::answer() { return answer(*hub_); }

std::unique_ptr<sync::Session> Fleet::answer(sync::FeedStore& store) {
    sync::SessionOptions options{store, hub_keys_, random};
    options.clock = &devices_.at("authority")->clock;
    return sync::Session::answer(options);
}

sync::SessionReport Fleet::sync(const std::string& name) {
    const auto caller = call(name);
    const auto responder = answer();
    return converse(*caller, *responder);
}

sync::SessionReport Fleet::meet(const std::string& caller, const std::string& responder) {
    FleetDevice& one = *devices_.at(caller);
    FleetDevice& other = *devices_.at(responder);
    const auto calling = sync::Session::call({*one.replica, one.replica->keys().device, random},
                                             other.replica->keys().device.public_keys().agreement);
    const auto answering = sync::Session::answer({*other.replica, other.replica->keys().device, random});
    return converse(*calling, *answering);
}

sync::SessionReport Fleet::converse(sync::Session& caller, sync::Session& responder) {
    exchange(caller, responder);
    for (const sync::Session* end : {&caller, &responder}) {
        if (end->error()) {
            check_failed(describe(*end->error()), "session", 0);
        }
    }
    return caller.report();
}

void Fleet::sync_all() {
    for (int round = 0; round < 10; ++round) {
        std::uint64_t moved = 0;
        for (const std::string& name : names) {
            const sync::SessionReport report = sync(name);
            COTMOC_CHECK(report.complete);
            moved += report.sent.change_sets + report.received.change_sets + report.trust_sent +
                     report.trust_received;
        }
        if (moved == 0) {
            return;
        }
    }
    check_failed("the fleet comes to rest", "fleet", 0);
}

void Fleet::advance(std::int64_t ms) {
    for (const auto& [name, device] : devices_) {
        device->clock.wall += ms;
    }
}

RecordId Fleet::add_record(const std::string& device, std::string_view kind,
                           const std::vector<std::pair<std::string, std::string>>& fields,
                           std::string_view space) {
    sync::Replica& made = replica(device);
    const core::Kind* known = made.catalogue()->find(kind);
    COTMOC_CHECK(known != nullptr);
    std::vector<core::FieldValue> values;
    for (const auto& [name, text] : fields) {
        values.push_back({name, must(core::parse_text_value(*known->find(name), text))});
    }
    std::ranges::sort(values, {}, &core::FieldValue::field);
    const sync::SpaceInfo where = space.empty() ? must(made.default_space()) : must(made.find_space(space));
    return must(made.add(where, kind, values));
}

Result<void> Fleet::set(const std::string& device, const RecordId& id, std::string_view field,
                        std::string_view value) {
    sync::Replica& made = replica(device);
    COTMOC_ASSIGN(const auto view, made.store().find(id));
    const core::Field* known = made.catalogue()->find(view->kind)->find(field);
    COTMOC_ASSIGN(core::Value parsed, core::parse_text_value(*known, value));
    const core::FieldEdit edit{core::FieldEdit::Kind::set, std::string(field), std::move(parsed)};
    return made.edit(id, std::span(&edit, 1));
}

std::string Fleet::body(const std::string& device, const RecordId& id) {
    const auto view = must(replica(device).store().find(id));
    return view ? view->body : "";
}

Hash256 Fleet::digest(const std::string& device, std::string_view space) {
    sync::Replica& made = replica(device);
    return must(made.store().digest(must(made.find_space(space)).id));
}

}  // namespace cotmoc::test_support
