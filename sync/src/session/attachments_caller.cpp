// The calling side's part of an exchange of attachments: what to ask for, in which order, when it is over.
#include "session/attachments.hpp"

#include <algorithm>

namespace cotmoc::sync {

namespace {

/// Of what the other side confirmed, so many are asked for again in a session that has work anyway.
constexpr std::size_t rechecked_max = 8;
constexpr std::size_t refusals_told_max = 100;

/// One file, or this side's part of it, is at fault; the others can go on.
bool concerns_one_file(ErrorCode code) {
    return code == ErrorCode::unknown_attachment || code == ErrorCode::attachment_not_here ||
           code == ErrorCode::database_damaged;
}

}  // namespace

bool AttachmentExchange::Job::fits(const SpaceId& space, std::uint64_t size) const {
    return std::ranges::any_of(
        claims, [&](const Claim& claim) { return claim.space == space && claim.size == size; });
}

bool AttachmentExchange::Job::fits_count(std::size_t chunks) const {
    return std::ranges::any_of(
        claims, [&](const Claim& claim) { return crypto::attachment_chunk_count(claim.size) == chunks; });
}

void AttachmentExchange::add_job(std::vector<Job>& jobs, const Job& job) const {
    const auto known = std::ranges::find(jobs, job.id, &Job::id);
    if (known != jobs.end()) {
        if (!known->upload) {
            known->claims.insert(known->claims.end(), job.claims.begin(), job.claims.end());
        }
    } else if (jobs.size() < attachment_asked_max && !seen_.contains(job.id)) {
        jobs.push_back(job);
    }
}

/// What this device may bring: made here, or held because its records name it.
Result<void> AttachmentExchange::plan_uploads(const AttachmentParties& parties,
                                              const std::vector<Hash256>& ids, std::vector<Job>& jobs) {
    const auto* own = parties.trust.find(parties.own);
    for (const Hash256& id : ids) {
        COTMOC_ASSIGN(const std::optional<HeldAttachment> held, store_->find(id));
        if (held && own != nullptr && parties.share(held->space) &&
            parties.trust.may_write(*own, held->space)) {
            add_job(jobs, {id, true, {}});
        }
    }
    return {};
}

Result<std::vector<AttachmentExchange::Job>> AttachmentExchange::plan(const AttachmentRule& rule,
                                                                      const AttachmentParties& parties,
                                                                      bool recheck) {
    std::vector<Job> jobs;
    if (store_ == nullptr) {
        return jobs;
    }
    COTMOC_ASSIGN(const std::vector<AttachmentStore::Missing> missing, store_->missing());
    std::map<SpaceId, bool> shared;
    const auto carried = [&](const SpaceId& space) {
        const auto [place, is_new] = shared.try_emplace(space, false);
        place->second = is_new ? parties.share(space) : place->second;
        return place->second;
    };
    const auto get = [&](auto&& chosen) {
        for (const AttachmentStore::Missing& each : missing) {
            if (carried(each.space) && chosen(each)) {
                add_job(jobs, {each.id, false, {{each.space, each.size}}});
            }
        }
    };
    for (const AttachmentRule::Body& body : rule.bodies) {
        COTMOC_ASSIGN(const std::optional<HeldAttachment> held, store_->find(body.id));
        if (carried(body.space) && !(held && held->chunks.whole())) {
            add_job(jobs, {body.id, false, {{body.space, body.size}}});
        }
    }
    get([&](const auto& each) { return std::ranges::find(rule.wanted, each.id) != rule.wanted.end(); });
    if (rule.carry == AttachmentRule::Carry::none) {
        return jobs;
    }
    get([](const auto& each) { return each.thumbnail; });
    for (const Hash256& id : rule.brought) {
        COTMOC_ASSIGN(const bool delivered, store_->delivered(id, parties.peer));
        COTMOC_TRY(delivered ? Result<void>() : plan_uploads(parties, {id}, jobs));
    }
    COTMOC_ASSIGN(const std::vector<Hash256> undelivered, store_->undelivered(parties.peer));
    COTMOC_TRY(plan_uploads(parties, undelivered, jobs));
    if (rule.carry == AttachmentRule::Carry::small) {
        get([&](const auto& each) { return each.size <= rule.size_max; });
    }
    if (recheck && !jobs.empty()) {
        COTMOC_ASSIGN(const std::vector<Hash256> old, store_->longest_delivered(parties.peer, rechecked_max));
        COTMOC_TRY(plan_uploads(parties, old, jobs));
    }
    return jobs;
}

Result<bool> AttachmentExchange::has_work(const AttachmentRule& rule, const AttachmentParties& parties) {
    COTMOC_ASSIGN(const std::vector<Job> jobs, plan(rule, parties, false));
    return !jobs.empty();
}

Result<bool> AttachmentExchange::finish(const AttachmentRule& rule, const AttachmentParties& parties,
                                        SessionReport& report) {
    const bool first = !std::exchange(begun_, true);
    if (waiting_ == Waiting::stored && outgoing_->all_sent() && outgoing_->all_stored()) {
        COTMOC_TRY(next_job(parties, report));  // what was left to send is damaged here
    }
    if (waiting_ != Waiting::nothing || stopped_) {
        return waiting_ == Waiting::nothing;
    }
    COTMOC_ASSIGN(jobs_, plan(rule, parties, first));
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
        return next_job(parties, report);
    }
    const bool admission = waiting_ == Waiting::admission && states.size() == 1 && job_ &&
                           states[0].kind != AttachmentState::Kind::unknown;
    if (!admission) {
        return fail(ErrorCode::protocol_error, "states out of turn");
    }
    if (states[0].kind == AttachmentState::Kind::refused) {
        const auto code = static_cast<ErrorCode>(states[0].refusal);
        if (!is_attachment_refusal(code)) {
            return fail(ErrorCode::protocol_error, "refused for no reason that there is");
        }
        ++report.attachments_refused;
        if (report.refused_why.size() < refusals_told_max) {
            report.refused_why.push_back({job_->id, code});
        }
        return next_job(parties, report);
    }
    there_[job_->id] = std::move(states[0]);
    jobs_.push_back(*job_);
    return next_job(parties, report);
}

Result<void> AttachmentExchange::next_job(const AttachmentParties& parties, SessionReport& report) {
    waiting_ = Waiting::nothing;
    job_.reset();
    receiving_.reset();
    manifest_due_ = false;
    incoming_->end();
    if (stopped_) {
        jobs_.clear();
    }
    while (waiting_ == Waiting::nothing && !jobs_.empty()) {
        job_ = std::move(jobs_.back());
        jobs_.pop_back();
        const Result<void> begun = begin_job(parties);
        if (!begun && concerns_one_file(begun.error().code)) {
            ++report.attachments_failed;
            waiting_ = Waiting::nothing;
        } else if (!begun) {
            return begun;
        }
    }
    return {};
}

Result<void> AttachmentExchange::begin_job(const AttachmentParties& parties) {
    const AttachmentState there = there_[job_->id];
    if (!job_->upload) {
        return download(*job_, there);
    }
    if (there.kind == AttachmentState::Kind::held && there.chunks.whole()) {
        return store_->note_delivered(job_->id, parties.peer);
    }
    return upload(*job_, there, parties);
}

Result<void> AttachmentExchange::upload(const Job& job, const AttachmentState& there,
                                        const AttachmentParties& parties) {
    COTMOC_TRY(store_->note_lost(job.id, parties.peer));
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
    if (there.kind != AttachmentState::Kind::held || !job.fits_count(there.chunks.size())) {
        return {};  // not there yet, or not what the record says: nobody waits for it
    }
    COTMOC_ASSIGN(const std::optional<HeldAttachment> here, store_->find(job.id));
    AttachmentGet get{job.id, !here.has_value(), {}};
    bool more = !here;
    if (here) {
        if (!job.fits(here->space, here->size) || here->chunks.size() != there.chunks.size()) {
            return {};
        }
        get.held = state_of(*here);
        for (std::size_t chunk = 0; chunk < here->chunks.size(); ++chunk) {
            more = more || (there.chunks.has(chunk) && !here->chunks.has(chunk));
        }
    }
    if (!more) {
        return {};
    }
    if (here) {
        COTMOC_TRY(incoming_->start(job.id, AttachmentIncoming::Mismatch::leaves_chunk));
    }
    manifest_due_ = get.manifest;
    receiving_ = job.id;
    waiting_ = Waiting::parts;
    wire_.send_message(MessageType::get, encode_get(get));
    return {};
}

Result<void> AttachmentExchange::on_wanted_manifest(BytesView body, const AttachmentParties& parties,
                                                    SessionReport& report) {
    if (waiting_ != Waiting::parts || !manifest_due_) {
        return fail(ErrorCode::protocol_error, "a manifest out of turn");
    }
    COTMOC_ASSIGN(const crypto::AttachmentManifest manifest, crypto::decode_manifest(body));
    if (crypto::attachment_id(manifest) != job_->id) {
        return fail(ErrorCode::bad_attachment, "another manifest");
    }
    manifest_due_ = false;
    const Result<void> right = check_attachment(manifest, parties, AttachmentOrigin::named);
    if (right) {
        // Kept even if the record tells another size or space: then it is known not to be what that means.
        COTMOC_TRY(store_->add(manifest, manifest.author));
    }
    if (right && job_->fits(manifest.space, manifest.size)) {
        return incoming_->start(job_->id, AttachmentIncoming::Mismatch::leaves_chunk);
    }
    ++report.attachments_failed;
    receiving_.reset();
    incoming_->skip(manifest);
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
    return next_job(parties, report);
}

Result<void> AttachmentExchange::on_end(const AttachmentParties& parties, SessionReport& report) {
    acknowledge();  // before the next is asked for
    if (manifest_due_) {
        ++report.attachments_failed;  // it turned out to be damaged over there
    }
    COTMOC_TRY(count_received(parties, report));
    if (limited_ && receiving_) {
        stop(report);  // so much was asked for and no more
    }
    return next_job(parties, report);
}

}  // namespace cotmoc::sync
