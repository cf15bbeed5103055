// attach, detach and fetch.
#include "attachment_place.hpp"
#include "hub_link.hpp"
#include "json_text.hpp"
#include "messages.hpp"
#include "program.hpp"

#include <cotmoc/base/native_path.hpp>
#include <cotmoc/pictures/thumbnailer.hpp>
#include <cotmoc/system/file_stream.hpp>

namespace cotmoc::cli {
namespace {

struct AttachmentOptions {
    std::string id;
    std::string field;
    std::string file;    // of attach
    std::string name;    // of fetch
    std::string output;  // of fetch
    std::string hub;     // of fetch
    bool thumbnail = false;
};

JsonObject attachment_object(const core::Attachment& attachment, bool known) {
    JsonObject object;
    object.text("attachment", attachment.file.id.hex())
        .text("name", attachment.name)
        .number("size", attachment.file.size)
        .text("media_type", attachment.media_type)
        .flag("known", known);
    if (attachment.thumbnail) {
        object.number("thumbnail", attachment.thumbnail->size);
    }
    return object;
}

std::string attachment_json(const core::Attachment& attachment, bool known) {
    return attachment_object(attachment, known).finish();
}

void put_attached(const Common& common, const sync::Attached& attached) {
    const core::Attachment& attachment = attached.attachment;
    if (common.json) {
        JsonObject object = attachment_object(attachment, attached.known);
        if (attached.no_thumbnail) {
            object.text("no_thumbnail", error_name(attached.no_thumbnail->code));
        }
        put_line(object.finish());
        return;
    }
    put_line(attachment.name + "  " + std::to_string(attachment.file.size) + " " +
             std::string(common.text(Label::octets)));
    if (attached.no_thumbnail) {
        put_line(std::string(common.text(Label::no_thumbnail)) + ": " +
                 std::string(error_name(attached.no_thumbnail->code)) + ": " +
                 one_line(attached.no_thumbnail->detail));
    }
}

/// What the field's type and the store's presence both need: a replica that has joined and takes files.
Result<std::unique_ptr<sync::AttachmentStore>> store_for_files(Opened& opened) {
    if (!opened.replica->joined()) {
        return fail(ErrorCode::not_joined);
    }
    COTMOC_ASSIGN(auto store, open_attachments(opened));
    return store ? Result<std::unique_ptr<sync::AttachmentStore>>(std::move(store))
                 : fail(ErrorCode::wrong_shape, "the catalogue has no field for files");
}

Outcome attach(const Common& common, const AttachmentOptions& options) {
    system::FileReader file(options.file);
    COTMOC_ASSIGN(const std::uint64_t size, file.size());
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "attach"));
    sync::Replica& replica = *opened->replica;
    COTMOC_ASSIGN(const auto store, store_for_files(*opened));
    COTMOC_ASSIGN(const core::RecordView record, find_record(replica, options.id));
    sync::AttachmentSource source;
    source.name = last_name(options.file);
    source.media_type = media_type_of(source.name);
    source.size = size;
    source.read = [&](std::uint64_t offset, std::size_t length) -> Result<Bytes> {
        Bytes octets(length);
        COTMOC_ASSIGN(const std::size_t got, file.read(offset, octets));
        octets.resize(got);
        return octets;
    };
    const auto thumbnailer = pictures::make_thumbnailer();
    if (thumbnailer) {
        source.thumbnail = [&] { return thumbnailer->make({source.size, source.read}); };
    }
    COTMOC_ASSIGN(const sync::Attached attached,
                  sync::attach(replica, *store, opened->place.random, record.id, options.field, source));
    put_attached(common, attached);
    return done;
}

/// One session that asks the hub for this file only.
Result<void> fetch_from_hub(const Common& common, Opened& opened, sync::AttachmentStore& store,
                            const std::string& named_hub, const Hash256& id) {
    COTMOC_ASSIGN(const HubAddress hub, hub_address(*opened.replica, named_hub));
    AttachmentLink link{&store, {}};
    link.rule.carry = sync::AttachmentRule::Carry::none;
    link.rule.wanted = {id};
    sync::SessionReport last;
    const auto report = sync_with_hub(common, opened, hub, {}, last, link);
    return report ? Result<void>() : Result<void>(tl::unexpected(report.error()));
}

/// Standard output, or a file that is there whole or not at all.
Result<void> write_out(sync::AttachmentStore& store, const core::AttachedFile& file,
                       const std::string& output) {
    if (output == "-") {
        return sync::open_attachment(store, file, [](BytesView octets) -> Result<void> {
            put(as_text(octets));
            return {};
        });
    }
    COTMOC_ASSIGN(system::FileWriter writer, system::FileWriter::create(output, system::FileReaders::owner));
    COTMOC_TRY(sync::open_attachment(store, file, [&](BytesView octets) { return writer.write(octets); }));
    return writer.finish();
}

Outcome fetch(const Common& common, const AttachmentOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "fetch"));
    sync::Replica& replica = *opened->replica;
    COTMOC_ASSIGN(const auto store, store_for_files(*opened));
    COTMOC_ASSIGN(const core::RecordView record, find_record(replica, options.id));
    COTMOC_ASSIGN(const core::Attachment attachment,
                  sync::find_attachment(replica, record.id, options.field, options.name));
    if (options.thumbnail && !attachment.thumbnail) {
        return fail(ErrorCode::unknown_attachment, attachment.name + " has no thumbnail");
    }
    core::AttachedFile file = attachment.file;
    if (options.thumbnail) {
        file = {attachment.thumbnail->id, crypto::thumbnail_key(file.key), attachment.thumbnail->size};
    }
    COTMOC_ASSIGN(const auto held, store->find(file.id));
    if (!held || !held->chunks.whole()) {
        COTMOC_TRY(sync::follow_attachments(replica, *store));
        COTMOC_TRY(fetch_from_hub(common, *opened, *store, options.hub, file.id));
    }
    COTMOC_TRY(write_out(*store, file, options.output));
    if (common.json && options.output != "-") {
        put_line(attachment_json(attachment, true));
    }
    return done;
}

/// The text of the item holds the key of the file, and is shown to nobody: so it is named as for fetch.
Outcome detach(const Common& common, const AttachmentOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "detach"));
    sync::Replica& replica = *opened->replica;
    COTMOC_ASSIGN(const core::RecordView record, find_record(replica, options.id));
    COTMOC_ASSIGN(const core::Attachment attachment,
                  sync::find_attachment(replica, record.id, options.field, options.name));
    core::FieldEdit edit;
    edit.kind = core::FieldEdit::Kind::remove;
    edit.field = options.field;
    edit.value = core::attachment_text(attachment);
    COTMOC_TRY(replica.edit(record.id, std::span(&edit, 1)));
    if (common.json) {
        put_line(attachment_json(attachment, true));
    }
    return done;
}

}  // namespace

void add_attachment_commands(Program& program) {
    auto options = std::make_shared<AttachmentOptions>();
    CLI::App* command = program.app.add_subcommand("attach", "Attach a file to a record");
    command->add_option("ID", options->id, "The record")->required();
    command->add_option("FIELD", options->field, "A field of type attachments")->required();
    command->add_option("FILE", options->file, "The file; at most 2 GiB")->required();
    program.on(command, options, attach);

    options = std::make_shared<AttachmentOptions>();
    command = program.app.add_subcommand("detach", "Take an attached file out of a record");
    command->add_option("ID", options->id, "The record")->required();
    command->add_option("FIELD", options->field, "The field that names the file")->required();
    command->add_option("NAME", options->name,
                        "The file's name, or its id's first digits, if there are several");
    program.on(command, options, detach);

    options = std::make_shared<AttachmentOptions>();
    command = program.app.add_subcommand("fetch", "Write an attached file, fetched from the hub if need be");
    command->add_option("ID", options->id, "The record")->required();
    command->add_option("FIELD", options->field, "The field that names the file")->required();
    command->add_option("NAME", options->name,
                        "The file's name, or its id's first digits, if there are several");
    command->add_option("-o,--output", options->output, "Where to write it; - for standard output")
        ->type_name("FILE")
        ->required();
    command->add_option("--hub", options->hub, "The hub's address, if not the one of the last sync")
        ->type_name("HOST:PORT");
    command->add_flag("--thumbnail", options->thumbnail, "Its small picture instead, if it has one");
    program.on(command, options, fetch);
}

}  // namespace cotmoc::cli
