#include "store/observers.hpp"

#include "store/list_statement.hpp"
#include "store/store_impl.hpp"

#include <algorithm>

namespace cotmoc::core {
namespace {

using Rows = std::map<std::int64_t, RecordId>;

Result<Rows> find_rows(StoreImpl& impl, const ListQuery& query, const std::string& only = {}) {
    Rows rows;
    COTMOC_ASSIGN(const auto list, prepare_list(impl, query, only));
    if (!list->statement) {
        return rows;
    }
    if (!query.words.empty()) {
        COTMOC_TRY(impl.search.catch_up());
    }
    for (;;) {
        COTMOC_ASSIGN(const bool row, list->statement->step());
        if (!row) {
            return rows;
        }
        const auto id = RecordId::from(list->statement->blob(1));
        rows.emplace(list->statement->integer(0), id.value_or(RecordId{}));
    }
}

bool is_changed(const ChangeLog& log, std::int64_t row) {
    const auto found = log.rows().find(row);
    return found != log.rows().end() && found->second.changed();
}

bool is_empty(const QueryChange& change) {
    return change.entered.empty() && change.changed.empty() && change.left.empty();
}

}  // namespace

Subscription& Subscription::operator=(Subscription&& other) noexcept {
    if (this != &other) {
        cancel();
        observer_ = std::move(other.observer_);
    }
    return *this;
}

void Subscription::cancel() {
    if (observer_ != nullptr) {
        // Taken out first: what the callback owns may own this subscription.
        std::exchange(observer_, nullptr)->cancel();
    }
}

void Observer::cancel() {
    cancelled_ = true;
    if (!running_) {
        on_query_ = nullptr;
        on_record_ = nullptr;
    }
}

Result<void> Observer::check(StoreImpl& impl) const {
    if (!record_) {
        COTMOC_TRY(prepare_list(impl, query_));
    }
    return {};
}

Result<void> Observer::begin(StoreImpl& impl) {
    if (!record_) {
        COTMOC_ASSIGN(result_, find_rows(impl, query_));
    }
    begun_ = true;
    return {};
}

Result<QueryChange> Observer::follow(StoreImpl& impl, const ChangeLog& log) {
    if (record_) {
        QueryChange change;
        const bool changed = std::ranges::any_of(log.rows(), [&](const auto& entry) {
            return entry.second.id == *record_ && entry.second.changed();
        });
        if (changed || log.everything()) {
            change.changed.push_back(*record_);
        }
        return change;
    }
    // With a limit, a record that leaves lets another one in that no one touched.
    const bool whole = log.everything() || query_.limit || behind_;
    auto change = whole ? follow_whole(impl, log) : follow_rows(impl, log);
    behind_ = !change;
    return change;
}

Result<QueryChange> Observer::follow_rows(StoreImpl& impl, const ChangeLog& log) {
    std::string only;
    for (const auto& [row, touched] : log.rows()) {
        if (touched.changed()) {
            only += (only.empty() ? "[" : ",") + std::to_string(row);
        }
    }
    QueryChange change;
    if (only.empty()) {
        return change;
    }
    COTMOC_ASSIGN(const Rows matching, find_rows(impl, query_, only + "]"));
    for (const auto& [row, touched] : log.rows()) {
        if (!touched.changed()) {
            continue;
        }
        const bool in = matching.contains(row);
        const bool was_in = in ? !result_.emplace(row, touched.id).second : result_.erase(row) != 0;
        if (in || was_in) {
            (in && was_in ? change.changed : in ? change.entered : change.left).push_back(touched.id);
        }
    }
    return change;
}

Result<QueryChange> Observer::follow_whole(StoreImpl& impl, const ChangeLog& log) {
    COTMOC_ASSIGN(Rows now, find_rows(impl, query_));
    QueryChange change;
    for (const auto& [row, id] : now) {
        if (!result_.contains(row)) {
            change.entered.push_back(id);
        } else if (behind_ || is_changed(log, row)) {
            change.changed.push_back(id);
        }
    }
    for (const auto& [row, id] : result_) {
        if (!now.contains(row)) {
            change.left.push_back(id);
        }
    }
    result_ = std::move(now);
    if (log.everything()) {
        // Records that were made anew have other rows and are the same to people.
        std::erase_if(change.left, [&](const RecordId& id) {
            const bool stays = std::erase(change.entered, id) != 0;
            if (stays) {
                change.changed.push_back(id);
            }
            return stays;
        });
    }
    return change;
}

void Observer::tell(const QueryChange& change) {
    if (cancelled_) {
        return;
    }
    // Left also by what a callback throws.
    struct Running {
        explicit Running(Observer& observer) : observer_(observer) { observer_.running_ = true; }
        ~Running() {
            observer_.running_ = false;
            if (observer_.cancelled_) {
                observer_.cancel();
            }
        }
        Observer& observer_;
    };
    const Running running(*this);
    if (record_) {
        on_record_(*record_);
    } else {
        on_query_(change);
    }
}

Result<Subscription> Observers::add(StoreImpl& impl, std::shared_ptr<Observer> observer) {
    // In a transaction the result is read at its end only, since that may be a rollback.
    COTMOC_TRY(impl.writing ? observer->check(impl) : observer->begin(impl));
    observers_.push_back(observer);
    return Subscription(std::move(observer));
}

bool Observers::wanted() {
    std::erase_if(observers_, [](const auto& observer) { return observer->cancelled(); });
    return !observers_.empty();
}

void Observers::follow(StoreImpl& impl, const ChangeLog& log) {
    for (const std::shared_ptr<Observer>& observer : observers_) {
        if (observer->cancelled()) {
            continue;
        }
        if (!observer->begun()) {
            (void)observer->begin(impl);  // if it fails, the next transaction's end tries again
        } else if (!log.empty()) {
            // The commit stands, whatever fails here; an observer that could not follow says so next time.
            auto change = observer->follow(impl, log);
            if (change && !is_empty(*change)) {
                messages_.push_back({observer, std::move(*change)});
            }
        }
    }
}

void Observers::notify(const StoreImpl& impl) {
    if (notifying_) {
        return;
    }
    struct Notifying {
        explicit Notifying(bool& flag) : flag_(flag) { flag_ = true; }
        ~Notifying() { flag_ = false; }
        bool& flag_;
    };
    const Notifying notifying(notifying_);
    while (!messages_.empty() && !impl.writing) {
        const Message message = std::move(messages_.front());
        messages_.pop_front();
        message.to->tell(message.change);
    }
}

Result<Subscription> Store::observe(const ListQuery& query, QueryCallback callback) {
    return impl_->observers.add(*impl_, std::make_shared<Observer>(query, std::move(callback)));
}

Result<Subscription> Store::observe(const RecordId& id, RecordCallback callback) {
    return impl_->observers.add(*impl_, std::make_shared<Observer>(id, std::move(callback)));
}

void Store::notify() { impl_->observers.notify(*impl_); }

}  // namespace cotmoc::core
