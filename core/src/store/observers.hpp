// The live queries of a store: results as they were told, and what is still to be told.
#pragma once

#include "store/change_log.hpp"

#include <deque>
#include <set>

namespace cotmoc::core {

class StoreImpl;

/// What one subscription observes. Owned by its Subscription and by Observers.
class Observer {
public:
    Observer(ListQuery query, QueryCallback callback)
        : query_(std::move(query)), on_query_(std::move(callback)) {}
    Observer(const RecordId& record, RecordCallback callback)
        : record_(record), on_record_(std::move(callback)) {}

    void cancel();
    bool cancelled() const { return cancelled_; }
    /// Whether the query can be asked at all.
    Result<void> check(StoreImpl& impl) const;
    /// Reads the result as it is now, without telling it.
    Result<void> begin(StoreImpl& impl);
    bool begun() const { return begun_; }
    /// What a commit that touched these rows changed; the result follows.
    Result<QueryChange> follow(StoreImpl& impl, const ChangeLog& log);
    void tell(const QueryChange& change);

private:
    Result<QueryChange> follow_rows(StoreImpl& impl, const ChangeLog& log);
    Result<QueryChange> follow_whole(StoreImpl& impl, const ChangeLog& log);

    ListQuery query_;
    std::optional<RecordId> record_;  // observed alone
    QueryCallback on_query_;
    RecordCallback on_record_;
    std::map<std::int64_t, RecordId> result_;  // by row
    bool begun_ = false;
    bool behind_ = false;  // a commit could not be followed: anything may have changed since
    bool cancelled_ = false;
    bool running_ = false;
};

class Observers {
public:
    Result<Subscription> add(StoreImpl& impl, std::shared_ptr<Observer> observer);
    /// At the beginning of a transaction: whether anybody wants to know.
    bool wanted();
    /// After a commit, or a rollback with an empty log: works out what is to be told.
    void follow(StoreImpl& impl, const ChangeLog& log);
    /// Not inside a transaction, not even one that a callback leaves open.
    void notify(const StoreImpl& impl);

private:
    struct Message {
        std::shared_ptr<Observer> to;
        QueryChange change;
    };
    std::vector<std::shared_ptr<Observer>> observers_;
    std::deque<Message> messages_;
    bool notifying_ = false;
};

}  // namespace cotmoc::core
