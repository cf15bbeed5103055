// The catalogue: record kinds, their fields, types and merge policies. Data that the authority signs.
#pragma once

#include <cotmoc/core/value.hpp>

#include <map>
#include <memory>

namespace cotmoc::core {

enum class FieldType : std::uint8_t {
    boolean,
    integer,
    real,
    decimal,
    text,
    richtext,
    date,
    datetime,
    enumeration,
    workflow,
    counter,
    set,
    reference,
    attachments
};

/// What the merge keeps for a field; fixed for the field for ever (semantics S6).
enum class Shape : std::uint8_t { register_, counter, set, text };

/// How a register's live values are shown.
enum class Policy : std::uint8_t { latest, review, worst, workflow, counter, set, text };

/// The first name that a field ever had is its key: ops, merge state and `body` use it, so that devices on
/// older catalogues understand them. People see the current name.
struct Field {
    std::string name;
    std::string key;
    std::vector<std::string> aliases;  // its earlier names, the key first; empty if it never had another
    std::string label;
    FieldType type{};
    Policy policy{};
    Shape shape{};
    bool required = false;
    bool indexed = false;
    bool searchable = false;
    bool unique = false;
    bool retired = false;  // keeps its values and takes no new ones
    bool common = false;   // stands on every kind
    bool widened = false;  // values of a narrower type may be stored; see Catalogue::note_earlier
    std::optional<double> minimum;
    std::optional<double> maximum;
    std::uint8_t scale = 0;                                 // of decimals
    std::vector<std::string> values;                        // of enums; the states of workflows, in order
    std::map<std::string, std::vector<std::string>> roles;  // guarded state -> roles
    std::string reference_kind;

    /// Whether it goes or went by this name.
    bool is_named(std::string_view any_name) const;
    /// Position in `values`; nothing for a value that this catalogue does not know.
    std::optional<std::size_t> position(std::string_view value) const;
};

/// The field that joins records: its value on a record is the one that it was joined into. Every kind has it,
/// no catalogue may name it, and no body that people see holds it.
inline constexpr std::string_view join_key = "merged_into";
const Field& join_field();

struct Kind {
    std::string name;
    std::string label;
    std::string section;
    std::string dated_by;         // a date field, or empty: a standing kind
    bool full_history = false;    // "history": "full": pending edits are not folded together
    std::vector<Field> fields;    // own and common ones, sorted by name
    bool renamed = false;         // some field has aliases
    bool shown_as_stored = true;  // no field is renamed, retired or widened: a body is shown as it is kept

    /// By any name: what people write.
    const Field* find(std::string_view any_name) const;
    /// find(), or join_field(): whatever may be in conflict.
    const Field* find_disputed(std::string_view any_name) const;
    /// By the stored name: what ops and states hold. Another name of the field does not count.
    const Field* find_key(std::string_view key) const;
    /// What people call the field of this key; the key itself for a field that this catalogue does not know.
    std::string_view shown_name(std::string_view key) const;
};

class Catalogue {
public:
    /// Strict: unknown keys, types or policies, a policy that does not fit its type, duplicate values, a bad
    /// `dated_by` or an empty name are refused (bad_catalogue, with the place as detail). Names match
    /// [a-z][a-z0-9_]{0,62} and may not be id, kind, space, state, deleted, body, rowid or merged_into.
    static Result<Catalogue> parse(std::string_view json);

    const std::string& name() const { return name_; }
    std::uint32_t version() const { return version_; }
    const std::vector<Kind>& kinds() const { return kinds_; }  // sorted by name
    const Kind* find(std::string_view kind) const;
    /// The text it was parsed from, kept byte for byte.
    const std::string& source() const { return source_; }

    /// Whether `next` may follow this catalogue: same name, higher version, and nothing that would break what
    /// was written under this one (docs/catalogue.md). catalogue_conflict otherwise, with place, reason and
    /// what to do instead.
    Result<void> check_successor(const Catalogue& next) const;
    /// Marks the fields that had a narrower type in `earlier`, a version that was in force before.
    void note_earlier(const Catalogue& earlier);

private:
    std::string name_;
    std::uint32_t version_ = 0;
    std::vector<Kind> kinds_;
    std::string source_;
};

/// A field with its value, by any of the field's names.
struct FieldValue {
    std::string field;
    Value value;
};

/// Checks that a value may stand in a field: type, bounds, enum value, UTF-8, length. Null is allowed unless
/// the field is required.
Result<void> check_value(const Field& field, const Value& value);

/// Whether people may give the field a value or edit it: field_retired otherwise.
Result<void> check_not_retired(const Field& field);

/// A stored value in the type that the field has now: an integer or a decimal of a smaller scale in a decimal
/// field, an integer in a real one. Any other, and one that the wider type cannot hold, as it is.
Value widened(const Field& field, Value value);
/// The same number with a larger scale; nothing if it does not fit or the scale is smaller.
std::optional<Decimal> with_scale(const Decimal& decimal, std::uint8_t scale);

/// Whether a new record with these values has every required field of its kind (missing_field names the
/// first).
Result<void> check_required(const Kind& kind, std::span<const FieldValue> values);

/// `field=text` on the command line: text in the field's type; "" is null except for text and richtext.
/// Sets take a single item here.
Result<Value> parse_text_value(const Field& field, std::string_view text);
/// `field:=JSON`.
Result<Value> parse_json_value(const Field& field, std::string_view json);
/// A JSON object of fields, as in an import line's "fields"; with current names, sorted by them, checked.
Result<std::vector<FieldValue>> parse_json_fields(const Kind& kind, std::string_view json);

/// One line of an import file: {"id","kind","space","unit","recorded_at","note","fields":{…}}.
/// unit, recorded_at and note are the common fields; `id` and `space` may be absent.
struct ImportLine {
    std::optional<RecordId> id;
    std::string kind;
    std::string space;
    std::vector<FieldValue> fields;  // sorted by name, checked against the catalogue
};
/// At most 1 MiB; UTF-8, nesting, duplicate keys and unknown keys are checked with their named errors.
Result<ImportLine> parse_import_line(const Catalogue& catalogue, std::string_view line);

/// Reads a stored value back from the JSON of a body, by its wire type. Precondition: written by append_json.
struct BodyField {
    std::string name;
    Value value;
};
/// All fields of a body written by append_json, given each field's wire type by name (in the body's order).
/// Fast: used on every edit. Returns bad_encoding if the body is not of that form.
Result<std::vector<BodyField>> read_body(std::string_view body,
                                         std::span<const std::pair<std::string_view, ValueType>> types);

/// Lower case, without Vietnamese and other Latin diacritics: "Đắk Glei" -> "dak glei", ø -> o, ł -> l, ß ->
/// ss. Punctuation becomes a space. Works on precomposed and decomposed text; independent of locale.
std::string fold(std::string_view text);

}  // namespace cotmoc::core
