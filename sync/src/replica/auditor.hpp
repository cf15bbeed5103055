#pragma once

#include "replica/content.hpp"

#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/replica.hpp>

#include <map>
#include <set>

namespace cotmoc::sync {

/// One walk over all signed history that a replica can read. A first pass finds the order of the change sets,
/// a few octets each; a second opens them one by one.
class Replica::Auditor {
public:
    Auditor(Replica& replica, const AuditCallback& each) : replica_(replica), each_(each) {}
    Result<void> run();

private:
    struct Place {
        core::Hlc at;
        DeviceIndex device{};
        std::uint64_t seq = 0;
        std::size_t space = 0;  // in Replica::spaces()
        friend auto operator<=>(const Place&, const Place&) = default;
    };
    struct Opened {
        core::EnvelopeRow row;
        SpaceId space;
        AuditLine line;  // what all lines of the change set have in common
        std::optional<Error> unreadable;
        ContentHead head;
        Bytes content;
        BytesView ops;  // in `content`
    };
    using Lines = std::multimap<std::uint32_t, AuditLine>;  // by index of the op

    Result<void> find_change_sets();
    Result<std::optional<Opened>> open(const Place& place);
    static Result<void> read(const crypto::KeyRing& ring, Opened& opened);
    Result<void> tell_change_set(const Place& place);
    Result<void> tell_ops(Opened& opened);
    Result<void> tell_field_ops(const Opened& opened, const core::ChangeSet& ops, Lines& lines);
    void tell_creates(const Opened& opened, const core::ChangeSet& ops, Lines& lines) const;
    void tell_note(AuditLine line, const Note& note);

    Result<void> tell_trust(std::uint64_t position);
    void tell_rights(AuditLine& line, const crypto::RightsEntry& rights) const;
    /// When each position was issued; never going back, so that trust entries stand in their order.
    Result<std::vector<std::uint64_t>> times_issued();

    const std::set<std::string>& workflows(const core::Catalogue& catalogue);
    const core::Catalogue* catalogue_of(const Opened& opened) const;
    std::string space_name(const SpaceId& id) const;
    std::string spaces_text(bool all, const std::vector<SpaceId>& spaces) const;
    void tell(const AuditLine& line) { more_ = more_ && each_(line); }

    Replica& replica_;
    const AuditCallback& each_;
    std::vector<Place> places_;
    std::map<const core::Catalogue*, std::set<std::string>> workflows_;
    bool more_ = true;
};

}  // namespace cotmoc::sync
