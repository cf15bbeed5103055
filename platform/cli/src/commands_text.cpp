// edit-text: a whole new text from standard input becomes the smallest edit of the one there is.
#include "program.hpp"
#include "record_output.hpp"

#include <cotmoc/system/file.hpp>

#include <algorithm>

#include <nlohmann/json.hpp>

namespace cotmoc::cli {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

struct EditTextOptions {
    std::string id;
    std::string field;
};

/// What editors and `echo` put around a text is not part of it: a byte order mark, and one line end after the
/// last line. A text that has a line end there already keeps it, so that showing and saving it changes
/// nothing.
std::string_view as_meant(std::string_view given, std::string_view now) {
    if (given.starts_with(byte_order_mark) && !now.starts_with(byte_order_mark)) {
        given.remove_prefix(byte_order_mark.size());
    }
    if (given.ends_with('\n') && !now.ends_with('\n')) {
        given.remove_suffix(given.ends_with("\r\n") ? 2 : 1);
    }
    return given;
}

Outcome edit_text(const Common& common, const EditTextOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "edit-text"));
    sync::Replica& replica = *opened->replica;
    COTMOC_ASSIGN(const core::RecordView record, find_record(replica, options.id));
    COTMOC_ASSIGN(const core::Kind* kind, find_kind(replica, record.kind));
    const core::Field* field = kind->find(options.field);
    if (field == nullptr) {
        return fail(ErrorCode::unknown_field, kind->name + "." + options.field);
    }
    if (field->shape != core::Shape::text) {
        return fail(ErrorCode::wrong_shape, field->name);
    }
    // Twice the most a text may have: a text that is only a little too long gets the error that says so.
    COTMOC_ASSIGN(const Bytes given, system::read_file("-", 2 * core::value_bytes_max));
    const auto body = nlohmann::json::parse(record.body);
    const auto now = body.find(field->name);
    const std::string text = now != body.end() ? now->get<std::string>() : std::string();
    const core::FieldEdit edit{core::FieldEdit::Kind::set, field->name,
                               std::string(as_meant(as_text(given), text))};
    COTMOC_TRY(replica.edit(record.id, std::span(&edit, 1)));
    return put_changed(common, replica, record.id);
}

}  // namespace

void add_text_command(Program& program) {
    auto options = std::make_shared<EditTextOptions>();
    CLI::App* command =
        program.app.add_subcommand("edit-text", "Replace a rich text by what standard input holds");
    command->add_option("ID", options->id, "The record: its id, or the first digits of it")->required();
    command->add_option("FIELD", options->field, "A field of type richtext")->required();
    program.on(command, options, edit_text);
}

}  // namespace cotmoc::cli
