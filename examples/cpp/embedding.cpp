// The scenario of tests/e2e/embedding.md in C++: each command opens a replica whose key file this program
// keeps itself, does one step and prints what came of it.
#include "embedding.hpp"

#include <cotmoc/asio/cancellation.hpp>
#include <cotmoc/asio/tcp.hpp>
#include <cotmoc/records/attachment_files.hpp>
#include <cotmoc/records/bundle_files.hpp>
#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/lookup.hpp>
#include <cotmoc/records/record_json.hpp>
#include <cotmoc/records/status_json.hpp>
#include <cotmoc/sync/partial_store.hpp>
#include <cotmoc/system/file.hpp>
#include <cotmoc/system/file_stream.hpp>

#include <filesystem>
#include <iostream>
#include <sstream>

using namespace cotmoc;
using embedding::App;

namespace {

constexpr std::size_t grant_max = 1024 * 1024;
constexpr auto language = records::Language::english;

/// The arguments after DIR and VAULT.
using Arguments = std::vector<std::string>;

Result<void> print(const std::string& line) {
    std::cout << line << '\n';
    return {};
}

/// Prints what a call gives as text.
Result<void> print(const Result<std::string>& text) {
    COTMOC_TRY(text);
    return print(*text);
}

// --- Enrolment ---------------------------------------------------------------------------------------------

Result<void> join(App& app, const Arguments& in) {
    COTMOC_ASSIGN(const Bytes text, system::read_file(in[0], grant_max));
    COTMOC_ASSIGN(const crypto::Grant grant, crypto::parse_grant(std::string(text.begin(), text.end())));
    const auto root = crypto::parse_fingerprint(in[1]);
    if (!root) {
        return fail(ErrorCode::wrong_root, "ROOT is not a fingerprint");
    }
    return app.replica().join(grant, *root);
}

// --- Records -----------------------------------------------------------------------------------------------

Result<RecordId> add_record(App& app, std::string_view kind, std::string_view json) {
    sync::Replica& replica = app.replica();
    COTMOC_ASSIGN(const core::Kind* known, records::find_kind(replica, kind));
    COTMOC_ASSIGN(const auto fields, core::parse_json_fields(*known, json));
    COTMOC_TRY(core::check_required(*known, fields));
    COTMOC_ASSIGN(const sync::SpaceInfo space, replica.default_space());
    return replica.add(space, known->name, fields);
}

Result<void> add(App& app, const Arguments& in) {
    COTMOC_ASSIGN(const RecordId id, add_record(app, in[0], in[1]));
    return print(to_uuid_text(id));
}

Result<void> show(App& app, const Arguments& in) {
    COTMOC_ASSIGN(const core::RecordView record, records::find_record(app.replica(), in[0]));
    return print(records::record_json(app.replica(), record));
}

Result<void> edit(App& app, const Arguments& in) {
    COTMOC_ASSIGN(const core::RecordView record, records::find_record(app.replica(), in[0]));
    COTMOC_ASSIGN(const core::Kind* kind, records::find_kind(app.replica(), record.kind));
    COTMOC_ASSIGN(const auto fields, core::parse_json_fields(*kind, in[1]));
    std::vector<core::FieldEdit> edits;
    for (const core::FieldValue& field : fields) {
        edits.push_back({core::FieldEdit::Kind::set, field.field, field.value});
    }
    COTMOC_TRY(app.replica().edit(record.id, edits));
    return show(app, in);
}

Result<void> print_records(App& app, const core::ListQuery& query) {
    return app.replica().store().list(query, [&](const core::RecordView& record) {
        std::cout << records::record_json(app.replica(), record) << '\n';
        return true;
    });
}

Result<void> list(App& app, const Arguments& in) {
    core::ListQuery query;
    query.kind = in[0];
    return print_records(app, query);
}

Result<void> search(App& app, const Arguments& in) {
    core::ListQuery query;
    std::istringstream words(in[0]);
    for (std::string word; words >> word;) {
        query.words.push_back(word);
    }
    return print_records(app, query);
}

Result<void> history(App& app, const Arguments& in) {
    COTMOC_ASSIGN(const RecordId id, records::find_record_id(app.replica(), in[0]));
    COTMOC_ASSIGN(const auto entries, app.replica().history(id));
    std::vector<std::string> lines;
    for (const sync::HistoryEntry& entry : entries) {
        lines.push_back(records::history_json(entry));
    }
    return print(records::json_array(lines));
}

// --- Conflicts ---------------------------------------------------------------------------------------------

Result<void> conflicts(App& app, const Arguments&) {
    core::ListQuery query;
    query.conflicts_only = true;
    return app.replica().store().list(query, [&](const core::RecordView& record) {
        for (const core::FieldConflict& conflict : record.conflicts) {
            std::cout << records::conflict_json(language, app.replica(), record, conflict) << '\n';
        }
        return true;
    });
}

/// The field of a record that a conflict is about.
Result<const core::Field*> disputed_field(App& app, const std::string& id, const std::string& name) {
    COTMOC_ASSIGN(const core::RecordView record, records::find_record(app.replica(), id));
    COTMOC_ASSIGN(const core::Kind* kind, records::find_kind(app.replica(), record.kind));
    const core::Field* field = kind->find_disputed(name);
    return field != nullptr ? Result<const core::Field*>(field)
                            : fail(ErrorCode::unknown_field, kind->name + "." + name);
}

Result<void> resolve(App& app, const Arguments& in, const core::Store::Resolution& chosen) {
    COTMOC_ASSIGN(const RecordId id, records::find_record_id(app.replica(), in[0]));
    return app.replica().resolve(id, in[1], chosen);
}

Result<void> take(App& app, const Arguments& in) {
    core::Store::Resolution chosen;
    chosen.take = std::stoul(in[2]) - 1;  // people count from 1
    return resolve(app, in, chosen);
}

Result<void> set(App& app, const Arguments& in) {
    COTMOC_ASSIGN(const core::Field* field, disputed_field(app, in[0], in[1]));
    core::Store::Resolution chosen;
    COTMOC_ASSIGN(chosen.value, core::parse_json_value(*field, in[2]));
    return resolve(app, in, chosen);
}

Result<void> acknowledge(App& app, const Arguments& in) { return resolve(app, in, {}); }

// --- Sync --------------------------------------------------------------------------------------------------

/// One session with the hub; `cancel` octets that came down end it before its time, 0: nothing does.
Result<std::string> sync_with(App& app, const std::string& hub, std::uint64_t cancel) {
    sync::Replica& replica = app.replica();
    const auto key = replica.hub_key();
    const auto address = asio::parse_endpoint(hub);
    if (!key || !address) {
        return fail(ErrorCode::no_hub, hub);
    }
    sync::ReplicaPartials partials(replica.store());
    sync::SessionOptions session{replica, replica.keys().device, app.random()};
    session.partials = &partials;
    COTMOC_ASSIGN(sync::AttachmentStore* const files, app.files());
    if (files != nullptr) {
        COTMOC_TRY(sync::follow_attachments(replica, *files));
        session.attachments = files;
        session.follow_attachments = [&] { return sync::follow_attachments(replica, *files); };
    }
    asio::Cancellation cancellation;
    asio::TcpOptions options;
    options.cancellation = &cancellation;
    options.progress = [&](const sync::SessionReport& report) {
        if (cancel != 0 && report.bytes_down >= cancel) {
            cancellation.cancel();
        }
    };
    const std::int64_t began = app.clock().steady_ms();
    COTMOC_ASSIGN(const sync::SessionReport report,
                  asio::sync_over_tcp(address->host, address->port, session, *key, options, app.clock()));
    const double seconds = static_cast<double>(app.clock().steady_ms() - began) / 1000;
    return records::report_json(replica, report, seconds, {}, files);
}

Result<void> sync_once(App& app, const Arguments& in) {
    return print(sync_with(app, in[0], in.size() > 1 ? std::stoull(in[1]) : 0));
}

std::string ids_json(const std::vector<RecordId>& ids) {
    std::vector<std::string> texts;
    for (const RecordId& id : ids) {
        texts.push_back(to_uuid_text(id));
    }
    return records::json_texts(texts);
}

Result<void> live(App& app, const Arguments& in) {
    core::ListQuery query;
    query.kind = in[0];
    COTMOC_ASSIGN(const core::Subscription subscription,
                  app.replica().observe(query, [](const core::QueryChange& change) {
                      std::cout << records::JsonObject()
                                       .raw("entered", ids_json(change.entered))
                                       .raw("changed", ids_json(change.changed))
                                       .raw("left", ids_json(change.left))
                                       .finish()
                                << '\n';
                  }));
    COTMOC_TRY(add_record(app, in[0], in[2]));
    COTMOC_TRY(sync_with(app, in[1], 0));
    return {};
}

// --- Files and bundles -------------------------------------------------------------------------------------

Result<sync::AttachmentStore*> files_of(App& app) {
    COTMOC_ASSIGN(sync::AttachmentStore* const files, app.files());
    return files != nullptr ? Result<sync::AttachmentStore*>(files)
                            : fail(ErrorCode::wrong_shape, "the catalogue has no field for files");
}

Result<void> attach(App& app, const Arguments& in) {
    COTMOC_ASSIGN(sync::AttachmentStore* const files, files_of(app));
    COTMOC_ASSIGN(const RecordId id, records::find_record_id(app.replica(), in[0]));
    system::FileReader file(in[2]);
    sync::AttachmentSource source;
    source.name = std::filesystem::path(in[2]).filename().string();
    source.media_type = records::media_type_of(source.name);
    COTMOC_ASSIGN(source.size, file.size());
    source.read = [&](std::uint64_t offset, std::size_t size) -> Result<Bytes> {
        Bytes octets(size);
        COTMOC_ASSIGN(const std::size_t got, file.read(offset, octets));
        octets.resize(got);
        return octets;
    };
    COTMOC_ASSIGN(const sync::Attached attached,
                  sync::attach(app.replica(), *files, app.random(), id, in[1], source));
    return print(records::JsonObject()
                     .text("attachment", attached.attachment.file.id.hex())
                     .text("name", attached.attachment.name)
                     .number("size", attached.attachment.file.size)
                     .finish());
}

Result<void> fetch(App& app, const Arguments& in) {
    COTMOC_ASSIGN(sync::AttachmentStore* const files, files_of(app));
    COTMOC_ASSIGN(const RecordId id, records::find_record_id(app.replica(), in[0]));
    COTMOC_ASSIGN(const core::Attachment attachment, sync::find_attachment(app.replica(), id, in[1], ""));
    COTMOC_ASSIGN(system::FileWriter file, system::FileWriter::create(in[2], system::FileReaders::owner));
    COTMOC_TRY(
        sync::open_attachment(*files, attachment.file, [&](BytesView octets) { return file.write(octets); }));
    return file.finish();
}

Result<void> export_bundle(App& app, const Arguments& in) {
    sync::Replica& replica = app.replica();
    COTMOC_TRY(records::VolumeFiles::check_free(in[0]));
    std::vector<records::NamedDevice> devices;
    for (const sync::DeviceInfo& device : replica.devices()) {
        devices.push_back({device.name, device.id});
    }
    sync::ReplicaPeers peers(replica);
    sync::BundleExport options{replica, replica.keys().device, app.random(), peers};
    COTMOC_ASSIGN(options.readers, records::bundle_readers(replica.trust(), devices, in[1]));
    records::VolumeFiles volumes(in[0]);
    COTMOC_ASSIGN(const sync::BundleWritten written, sync::export_bundle(options, volumes));
    return print(records::bundle_written_json({written, volumes.names()}));
}

Result<void> import_bundle(App& app, const Arguments& in) {
    sync::Replica& replica = app.replica();
    sync::ReplicaPeers peers(replica);
    records::FileVolume file(in[0]);
    sync::VolumeSource* const volumes[] = {&file};
    COTMOC_ASSIGN(const sync::BundleRead read,
                  sync::import_bundles({replica, replica.keys().device, peers}, volumes));
    COTMOC_TRY(print(records::bundle_read_json(read, replica.notes(), nullptr)));
    return read.problems.empty() ? Result<void>() : tl::unexpected(read.problems.front());
}

// --- The device's life -------------------------------------------------------------------------------------

Result<void> suspend(App& app, const Arguments& in) {
    app.suspend();
    COTMOC_TRY(app.resume());
    return show(app, in);
}

Result<void> status(App& app, const Arguments&) { return print(records::status_json(app.replica())); }

Result<void> digests(App& app, const Arguments&) { return print(records::digests_json(app.replica())); }

Result<void> verify(App& app, const Arguments&) {
    COTMOC_ASSIGN(const sync::Verification found, app.replica().check_everything());
    std::vector<std::string> wrong;
    for (const Error& problem : found.wrong) {
        wrong.push_back(records::JsonObject()
                            .text("error", error_name(problem.code))
                            .text("detail", problem.detail)
                            .finish());
    }
    return print(records::JsonObject()
                     .flag("ok", wrong.empty())
                     .raw("wrong", records::json_array(wrong))
                     .raw("not_checked", records::json_texts(found.not_checked))
                     .finish());
}

struct Command {
    std::string_view name;
    std::size_t arguments;  // after DIR and VAULT; sync takes one more
    Result<void> (*run)(App& app, const Arguments& in);
};

constexpr Command commands[] = {
    {"join", 2, join},
    {"add", 2, add},
    {"edit", 2, edit},
    {"show", 1, show},
    {"list", 1, list},
    {"search", 1, search},
    {"history", 1, history},
    {"conflicts", 0, conflicts},
    {"take", 3, take},
    {"set", 3, set},
    {"acknowledge", 2, acknowledge},
    {"sync", 1, sync_once},
    {"live", 3, live},
    {"attach", 3, attach},
    {"fetch", 3, fetch},
    {"export", 2, export_bundle},
    {"import", 1, import_bundle},
    {"suspend", 1, suspend},
    {"status", 0, status},
    {"digests", 0, digests},
    {"verify", 0, verify},
};

Result<void> run(const std::string& name, const Arguments& all) {
    COTMOC_TRY(crypto::initialise());
    App app(all[0], all[1]);
    const Arguments arguments(all.begin() + 2, all.end());
    if (name == "create") {
        COTMOC_TRY(app.create(arguments.at(0)));
        return print(app.replica().request());
    }
    const auto* command = std::ranges::find(commands, name, &Command::name);
    COTMOC_TRY(app.open());
    return command->run(app, arguments);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const auto* command =
        words.empty() ? std::end(commands) : std::ranges::find(commands, words[0], &Command::name);
    const bool creates = words.size() == 4 && words[0] == "create";
    if (!creates && (command == std::end(commands) || words.size() < 3 + command->arguments)) {
        std::cerr << "usage: embedding COMMAND DIR VAULT ...; see tests/e2e/embedding.md\n";
        return 2;
    }
    const Result<void> done = run(words[0], Arguments(words.begin() + 1, words.end()));
    if (!done) {
        std::cerr << "error " << error_name(done.error().code) << ' ' << done.error().detail << '\n';
        return 1;
    }
    return 0;
}
