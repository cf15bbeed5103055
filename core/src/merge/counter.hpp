// The counter shape (semantics S9): a base that `:=` sets, and increments that lie outside the base's past.
#pragma once

#include "merge/register.hpp"

namespace cotmoc::core {

struct Increment {
    Dot dot;
    Hlc at;
    std::int64_t amount = 0;
    std::vector<Dot> covered_by;  // the live bases that saw it, in dot order
    friend bool operator==(const Increment&, const Increment&) = default;
};

class Counter {
public:
    void apply_base(RegisterOp base, const std::optional<Dot>& over, SetMode mode, const Past& past);
    void apply_acknowledge(const Past& past) { bases_.apply_acknowledge(past); }
    void apply_increment(Increment increment);
    /// Adds to the author's own, not yet sealed increment (S3), which keeps the stamp that it began with.
    /// False if there is none with this dot.
    bool add_to_pending(const Dot& dot, std::int64_t amount);
    bool replace_pending_base(const Dot& dot, Hlc at, Value value) {
        return bases_.replace_pending(dot, at, std::move(value));
    }

    /// The displayed base and all increments that it did not see. Nothing if neither was ever made, or if the
    /// base was cleared and nothing added since. Saturates at the ends of int64.
    std::optional<std::int64_t> total(const RegisterView& view) const;
    bool empty() const { return bases_.live().empty() && increments_.empty(); }

    const Register& bases() const { return bases_; }
    const std::vector<Increment>& increments() const { return increments_; }  // in dot order
    static Counter from_parts(Register bases, std::vector<Increment> increments);

private:
    Register bases_;
    std::vector<Increment> increments_;
};

}  // namespace cotmoc::core
