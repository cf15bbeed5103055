// The calling side's part of an exchange of attachments: what to ask for, in which order, when it is over.
#include "session/attachments.hpp"

#include <algorithm>

namespace cotmoc::sync {

Result<std::vector<AttachmentExchange::Job>> AttachmentExchange::plan(const AttachmentRule& rule,
                                                                      const AttachmentParties& parties) {
    std::vector<Job> jobs;
    if (store_ == nullptr) {
        return jobs;
    }
    const auto add = [&](Job job) {
        if (jobs.size() < attachment_asked_max && !seen_.contains(job.id) &&
            std::ranges::find(jobs, job.id, &Job::id) == jobs.end()) {
            jobs.push_back(std::move(job));
        }
    };
    const auto carried = [&](const SpaceId& space) {
        return std::ranges::binary_search(parties.common, space);
    };
    COTMOC_ASSIGN(const std::vector<AttachmentStore::Missing> missing, store_->missing());
    const auto get = [&](auto&& chosen) {
        for (const AttachmentStore::Missing& each : missing) {
            if (carried(each.space) && chosen(each)) {
                add({each.id, each.space, false, crypto::attachment_chunk_count(each.size)});
            }
        }
    };
    for (const AttachmentRule::Body& body : rule.bodies) {
        COTMOC_ASSIGN(const std::optional<HeldAttachment> held, store_->find(body.id));
        if (carried(body.space) && !(held && held->chunks.whole())) {
            add({body.id, body.space, false, crypto::attachment_chunk_count(body.size)});
        }
    }
    get([&](const auto& each) { return std::ranges::find(rule.wanted, each.id) != rule.wanted.end(); });
    if (rule.carry == AttachmentRule::Carry::none) {
        return jobs;
    }
    get([](const auto& each) { return each.thumbnail; });
    COTMOC_ASSIGN(const std::vector<Hash256> own, store_->undelivered(parties.own, parties.peer));
    for (const Hash256& id : own) {
        COTMOC_ASSIGN(const std::optional<HeldAttachment> held, store_->find(id));
        if (held && carried(held->space)) {
            add({id, held->space, true, std::nullopt});
        }
    }
    if (rule.carry == AttachmentRule::Carry::small) {
        get([&](const auto& each) { return each.size <= rule.size_max; });
    }
    return jobs;
}

Result<bool> AttachmentExchange::has_work(const AttachmentRule& rule, const AttachmentParties& parties) {
    COTMOC_ASSIGN(const std::vector<Job> jobs, plan(rule, parties));
    return !jobs.empty();
}

Result<bool> AttachmentExchange::finish(const AttachmentRule& rule, const AttachmentParties& parties) {
    begun_ = true;
    if (waiting_ == Waiting::stored && outgoing_->all_sent() && outgoing_->all_stored()) {
        COTMOC_TRY(next_job(parties));  // what was left to send is damaged here
    }
    if (waiting_ != Waiting::nothing || stopped_) {
        return waiting_ == Waiting::nothing;
    }
    COTMOC_ASSIGN(jobs_, plan(rule, parties));
    if (jobs_.empty()) {
        return true;
    }
    std::vector<Hash256> ids;
    for (const Job& job : jobs_) {
        ids.push_back(job.id);
        seen_.insert(job.id);
    }
    std::ranges::sort(ids);
    std::ranges::reverse(jobs_);
    asked_ = ids;
    waiting_ = Waiting::states;
    wire_.send_message(MessageType::ask, encode_ask(ids));
    return false;
}

Result<void> AttachmentExchange::on_states(BytesView body, const AttachmentParties& parties,
                                           SessionReport& report) {
    COTMOC_ASSIGN(std::vector<AttachmentState> states, decode_states(body));
    if (waiting_ == Waiting::states && states.size() == asked_.size()) {
        there_.clear();
        for (std::size_t i = 0; i < states.size(); ++i) {
            there_.emplace(asked_[i], std::move(states[i]));
        }
        return next_job(parties);
    }
    const bool admission = waiting_ == Waiting::admission && states.size() == 1 && job_ &&
                           states[0].kind != AttachmentState::Kind::unknown;
    if (!admission) {
        return fail(ErrorCode::protocol_error, "states out of turn");
    }
    if (states[0].kind == AttachmentState::Kind::refused) {
        ++report.attachments_refused;
        return next_job(parties);
    }
    there_[job_->id] = std::move(states[0]);
    jobs_.push_back(*job_);
    return next_job(parties);
}

Result<void> AttachmentExchange::next_job(const AttachmentParties& parties) {
    waiting_ = Waiting::nothing;
    job_.reset();
    if (stopped_) {
        jobs_.clear();
    }
    while (waiting_ == Waiting::nothing && !jobs_.empty()) {
        job_ = std::move(jobs_.back());
        jobs_.pop_back();
        const AttachmentState there = there_[job_->id];
        if (job_->upload) {
            if (there.kind == AttachmentState::Kind::held && there.chunks.whole()) {
                COTMOC_TRY(store_->note_delivered(job_->id, parties.peer));
            } else {
                COTMOC_TRY(upload(*job_, there));
            }
        } else {
            COTMOC_TRY(download(*job_, there));
        }
    }
    return {};
}

Result<void> AttachmentExchange::upload(const Job& job, const AttachmentState& there) {
    if (there.kind != AttachmentState::Kind::held) {
        COTMOC_ASSIGN(const crypto::AttachmentManifest manifest, store_->manifest(job.id));
        wire_.send_message(MessageType::manifest, crypto::encode_manifest(manifest));
        waiting_ = Waiting::admission;
        return {};
    }
    COTMOC_TRY(outgoing_->start(job.id, there));
    wire_.send_message(MessageType::put, encode_put(job.id));
    waiting_ = Waiting::stored;
    return {};
}

Result<void> AttachmentExchange::download(const Job& job, const AttachmentState& there) {
    if (there.kind != AttachmentState::Kind::held || (job.chunks && *job.chunks != there.chunks.size())) {
        return {};  // not there yet, or not what the record says: nobody waits for it
    }
    COTMOC_ASSIGN(const std::optional<HeldAttachment> here, store_->find(job.id));
    AttachmentGet get{job.id, !here.has_value(), {}};
    bool more = !here;
    if (here) {
        get.held = state_of(*here);
        for (std::size_t chunk = 0; chunk < here->chunks.size(); ++chunk) {
            more = more || (there.chunks.has(chunk) && !here->chunks.has(chunk));
        }
        COTMOC_TRY(incoming_->start(job.id));
    }
    if (more) {
        receiving_ = job.id;
        waiting_ = Waiting::parts;
        wire_.send_message(MessageType::get, encode_get(get));
    }
    return {};
}

Result<void> AttachmentExchange::on_stored(BytesView body, const AttachmentParties& parties,
                                           SessionReport& report) {
    COTMOC_ASSIGN(const std::uint64_t chunks, decode_stored(body));
    COTMOC_TRY(outgoing_->stored(chunks, report.attachments_sent));
    if (waiting_ != Waiting::stored || !outgoing_->all_sent() || !outgoing_->all_stored()) {
        return {};
    }
    if (outgoing_->delivered_whole()) {
        ++report.attachments_sent.whole;
        COTMOC_TRY(store_->note_delivered(job_->id, parties.peer));
    }
    return next_job(parties);
}

Result<void> AttachmentExchange::on_end(const AttachmentParties& parties, SessionReport& report) {
    acknowledge();  // before the next is asked for
    COTMOC_TRY(count_received(report));
    receiving_.reset();
    return next_job(parties);
}

}  // namespace cotmoc::sync
