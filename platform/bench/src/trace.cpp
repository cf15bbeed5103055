#include "trace.hpp"

#include <nlohmann/json.hpp>

#include <map>

namespace cotmoc::bench {
namespace {

/// Reads the JSON as it comes: as a tree it would take ten times the memory of the trace.
class TraceHandler final : public nlohmann::json_sax<nlohmann::json> {
public:
    bool null() override { return scalar("null"); }
    bool boolean(bool) override { return scalar("a truth value"); }
    bool number_integer(number_integer_t) override { return scalar("a negative number"); }
    bool number_float(number_float_t, const string_t&) override { return scalar("a fraction"); }
    bool binary(binary_t&) override { return scalar("binary data"); }
    bool number_unsigned(number_unsigned_t value) override;
    bool string(string_t& value) override;
    bool start_object(std::size_t) override;
    bool end_object() override;
    bool start_array(std::size_t) override;
    bool end_array() override;
    bool key(string_t& value) override {
        key_ = value;
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        return error_.empty() && complain("no valid JSON at octet " + std::to_string(position));
    }

    Result<Trace> take();

private:
    enum class Place : std::uint8_t {
        document,
        top,
        transactions,
        transaction,
        parents,
        patches,
        patch,
        other
    };
    Place place() const { return places_.back(); }
    bool enter(Place place) {
        places_.push_back(place);
        return true;
    }
    bool complain(const std::string& what) {
        error_ = what;
        return false;
    }
    bool misplaced(const char* what) {
        return complain(std::string(what) + " where it does not belong" + where());
    }
    std::string where() const;
    /// A value that no key known here may have.
    bool scalar(const char* what);
    bool finish_transaction();
    TraceTransaction& current() { return trace_.transactions.back(); }

    Trace trace_;
    std::vector<Place> places_{Place::document};
    std::string key_;
    std::string error_;
    std::map<std::string, std::uint32_t> agents_;
    std::size_t patch_part_ = 0;
    bool has_end_ = false;
    bool has_transactions_ = false;
    bool has_parents_ = false;
    bool has_agent_ = false;
    bool has_patches_ = false;
};

std::string TraceHandler::where() const {
    return has_transactions_ && places_.size() > 3
               ? " in transaction " + std::to_string(trace_.transactions.size() - 1)
               : "";
}

bool TraceHandler::scalar(const char* what) {
    switch (place()) {
        case Place::other:
            return true;
        case Place::top:
            return (key_ != "startContent" && key_ != "endContent" && key_ != "txns") || misplaced(what);
        case Place::transaction:
            return (key_ != "parents" && key_ != "agent" && key_ != "patches") || misplaced(what);
        default:
            return misplaced(what);
    }
}

bool TraceHandler::number_unsigned(number_unsigned_t value) {
    if (place() == Place::parents) {
        if (value >= trace_.transactions.size() - 1) {
            return complain("a parent that is not an earlier transaction" + where());
        }
        current().parents.push_back(static_cast<std::uint32_t>(value));
        return true;
    }
    if (place() == Place::patch && patch_part_ < 2) {
        TracePatch& patch = trace_.patches.back();
        (patch_part_++ == 0 ? patch.position : patch.deleted) = value;
        return true;
    }
    if (place() == Place::transaction && key_ == "agent") {
        string_t name = std::to_string(value);
        return string(name);
    }
    return scalar("a number");
}

bool TraceHandler::string(string_t& value) {
    if (place() == Place::top && (key_ == "startContent" || key_ == "endContent")) {
        has_end_ = has_end_ || key_ == "endContent";
        (key_ == "endContent" ? trace_.end : trace_.start) = std::move(value);
        return true;
    }
    if (place() == Place::patch && patch_part_ == 2) {
        ++patch_part_;
        trace_.patches.back().inserted = std::move(value);
        return true;
    }
    if (place() == Place::transaction && key_ == "agent") {
        has_agent_ = true;
        current().agent = agents_.emplace(value, agents_.size()).first->second;
        return true;
    }
    return scalar("a text");
}

bool TraceHandler::start_object(std::size_t) {
    if (place() == Place::document) {
        return enter(Place::top);
    }
    if (place() == Place::transactions) {
        trace_.transactions.emplace_back().first_patch = trace_.patches.size();
        has_parents_ = has_agent_ = has_patches_ = false;
        return enter(Place::transaction);
    }
    return scalar("an object") && enter(Place::other);
}

bool TraceHandler::end_object() {
    const bool ended = place() != Place::transaction || finish_transaction();
    places_.pop_back();
    return ended;
}

bool TraceHandler::finish_transaction() {
    if (!has_patches_) {
        return complain("no patches" + where());
    }
    if (trace_.transactions.size() == 1) {
        trace_.concurrent = has_parents_;
    }
    if (trace_.concurrent != has_parents_ || (trace_.concurrent && !has_agent_)) {
        return complain("parents or agent missing" + where());
    }
    TraceTransaction& made = current();
    made.patch_count = trace_.patches.size() - made.first_patch;
    if (!trace_.concurrent) {
        made.agent = 0;
        if (trace_.transactions.size() > 1) {
            made.parents.push_back(static_cast<std::uint32_t>(trace_.transactions.size() - 2));
        }
    }
    return true;
}

bool TraceHandler::start_array(std::size_t) {
    if (place() == Place::top && key_ == "txns" && !has_transactions_) {
        has_transactions_ = true;
        return enter(Place::transactions);
    }
    if (place() == Place::transaction && key_ == "parents" && !has_parents_) {
        has_parents_ = true;
        return enter(Place::parents);
    }
    if (place() == Place::transaction && key_ == "patches" && !has_patches_) {
        has_patches_ = true;
        return enter(Place::patches);
    }
    if (place() == Place::patches) {
        trace_.patches.emplace_back();
        patch_part_ = 0;
        return enter(Place::patch);
    }
    return scalar("a list") && enter(Place::other);
}

bool TraceHandler::end_array() {
    if (place() == Place::patch && patch_part_ != 3) {
        return complain("a patch that is not [position, deleted, inserted]" + where());
    }
    places_.pop_back();
    return true;
}

Result<Trace> TraceHandler::take() {
    if (error_.empty() && !has_transactions_) {
        error_ = "no txns";
    }
    if (error_.empty() && !has_end_) {
        error_ = "no endContent";
    }
    if (!error_.empty()) {
        return fail(ErrorCode::bad_json, error_);
    }
    trace_.agents = trace_.concurrent ? static_cast<std::uint32_t>(agents_.size()) : 1;
    return std::move(trace_);
}

}  // namespace

Result<Trace> parse_trace(std::string_view json) {
    TraceHandler handler;
    // What is wrong is remembered by the handler.
    (void)nlohmann::json::sax_parse(json, &handler);
    return handler.take();
}

std::string trace_name(std::string_view path) {
    path = path.substr(path.find_last_of('/') + 1);
    for (int extensions = path.ends_with(".gz") ? 2 : 1; extensions > 0; --extensions) {
        const std::size_t dot = path.find_last_of('.');
        if (dot != std::string_view::npos && dot > 0) {
            path = path.substr(0, dot);
        }
    }
    return std::string(path);
}

}  // namespace cotmoc::bench
