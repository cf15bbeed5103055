// authority sheet: what hangs in the district office, so that a device can check whose root it joins.
#include "authority_command.hpp"
#include "json_text.hpp"
#include "qr_code.hpp"

#include <cotmoc/system/file.hpp>

namespace cotmoc::cli {
namespace {

struct SheetOptions {
    std::string png;
};

struct Sheet {
    std::string name;  // of the province-wide space
    std::string label;
    std::string fingerprint;
};

Result<Sheet> sheet_of(const sync::Replica& replica) {
    const crypto::TrustState& trust = replica.trust();
    if (!replica.joined() || trust.spaces().empty()) {
        return fail(ErrorCode::not_joined);
    }
    Sheet sheet;
    sheet.fingerprint = crypto::fingerprint_text(trust.root_fingerprint());
    for (const sync::SpaceInfo& space : replica.spaces()) {
        if (space.id == trust.spaces().front().id) {
            sheet.name = space.name;
            sheet.label = space.label;
        }
    }
    return sheet;
}

/// The fingerprint's eight groups, four a line.
std::pair<std::string, std::string> in_two_lines(const std::string& fingerprint) {
    const std::size_t half = fingerprint.size() / 2;
    return {fingerprint.substr(0, half), fingerprint.substr(half + 1)};
}

Result<Bytes> picture_of(const Sheet& sheet, const QrCode& code) {
    constexpr std::size_t margin = 60;
    constexpr std::size_t scale = 12;
    constexpr std::size_t letter = 5;
    constexpr std::size_t line = 14 * letter;
    const auto [first, second] = in_two_lines(sheet.fingerprint);
    const std::size_t text_width = Picture::text_width(first, letter);
    const std::size_t width = std::max(code.width * scale, text_width) + 2 * margin;
    Picture picture(width, code.width * scale + 4 * line + 2 * margin);
    picture.draw(sheet.name, margin, margin, 2 * letter);
    picture.draw(code, (width - code.width * scale) / 2, margin + 2 * line, scale);
    const std::size_t below = margin + 2 * line + code.width * scale + line / 2;
    picture.draw(first, margin, below, letter);
    picture.draw(second, margin, below + line, letter);
    return picture.png();
}

Outcome sheet(const Common& common, const SheetOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "authority sheet"));
    COTMOC_ASSIGN(const Sheet content, sheet_of(*opened->replica));
    COTMOC_ASSIGN(const QrCode code, make_qr_code(content.fingerprint));
    if (!options.png.empty()) {
        COTMOC_ASSIGN(const Bytes png, picture_of(content, code));
        COTMOC_TRY(system::replace_file(options.png, png));
    }
    if (common.json) {
        put_line(JsonObject()
                     .text("province", content.name)
                     .text("label", content.label)
                     .text("fingerprint", content.fingerprint)
                     .text("png", options.png)
                     .finish());
        return done;
    }
    const auto [first, second] = in_two_lines(content.fingerprint);
    put_line(content.label.empty() ? content.name : content.label + " (" + content.name + ")");
    put_line(common.text(Label::root_is));
    put("\n" + terminal_blocks(code) + "\n");
    put_line("  " + first);
    put_line("  " + second);
    return done;
}

}  // namespace

void add_sheet_command(CLI::App& group, Program& program) {
    auto options = std::make_shared<SheetOptions>();
    CLI::App* command = group.add_subcommand("sheet", "The enrolment sheet: province, fingerprint, QR code");
    command->add_option("--png", options->png, "Write it as a picture too");
    program.on(command, options, sheet);
}

}  // namespace cotmoc::cli
