// query.h, observer.h and what gives rows
#include "natives.hpp"

#include <array>

namespace cotmoc::jni {
namespace {

constexpr jint with_deleted = 1;
constexpr jint only_conflicts = 2;
constexpr jsize first_condition = 3;

/// By the numbers of Cursor.
constexpr std::array cursors{&cotmoc_cursor_open, &cotmoc_conflict_cursor, &cotmoc_conflict_soft_cursor};

jlong cursor_open(Call& call, jlong replica, jint of, jobjectArray texts, jlong limit, jint flags) {
    const MadeQuery query(call, texts, limit, flags);
    cotmoc_cursor* cursor = nullptr;
    call.run(cursors.at(static_cast<std::size_t>(of)), at<cotmoc_replica>(replica), query.get(), &cursor);
    return pointer_of(cursor);
}

jstring cursor_next(Call& call, jlong cursor) {
    std::int32_t found = 0;
    (void)call.note(cotmoc_cursor_next(at<cotmoc_cursor>(cursor), &Call::take, &call, &found, call.error()));
    return found != 0 ? call.taken() : nullptr;
}

void cursor_free(Call&, jlong cursor) { cotmoc_cursor_free(at<cotmoc_cursor>(cursor)); }

void sql(Call& call, jlong replica, jstring statement, jobject sink) {
    Rows rows{call.env(), sink};
    call.run(cotmoc_replica_sql, at<cotmoc_replica>(replica), call.in(statement),
             sink != nullptr ? &give_row : nullptr, static_cast<void*>(&rows));
}

/// As lines or as a table.
template <auto Function>
void export_records(Call& call, jlong replica, jstring kind, jstring space, jobject sink) {
    Rows rows{call.env(), sink};
    call.run(Function, at<cotmoc_replica>(replica), call.in(kind), call.in(space),
             sink != nullptr ? &give_row : nullptr, static_cast<void*>(&rows));
}

void audit(Call& call, jlong replica, jobject sink) {
    Rows rows{call.env(), sink};
    call.run(cotmoc_replica_audit, at<cotmoc_replica>(replica), sink != nullptr ? &give_row : nullptr,
             static_cast<void*>(&rows));
}

jstring report(Call& call, jlong replica, jstring space, jstring from, jstring to) {
    return call.text(cotmoc_replica_report, at<cotmoc_replica>(replica), call.in(space), call.in(from),
                     call.in(to));
}

void tell_change(void* ctx, const char* change, size_t size) {
    const Env env;
    if (!env) {
        return;
    }
    const Local<jstring> text(env.get(), new_string(env.get(), change, size));
    if (text) {
        env->CallVoidMethod(object_of(ctx), java().changed, text.get());
    }
    if (env->ExceptionCheck() == JNI_TRUE) {
        Call::unheard(env.get());
    }
}

cotmoc_observer observer_callbacks(JNIEnv* env, jobject bridge) {
    auto observer = callbacks_for<cotmoc_observer>(env, bridge);
    observer.changed = &tell_change;
    return observer;
}

jlong observe_query(Call& call, jlong replica, jobjectArray texts, jlong limit, jint flags, jobject bridge) {
    const MadeQuery query(call, texts, limit, flags);
    const cotmoc_observer observer = observer_callbacks(call.env(), bridge);
    cotmoc_subscription* subscription = nullptr;
    note_taken(call, observer,
               cotmoc_observe_query(at<cotmoc_replica>(replica), query.get(), &observer, &subscription,
                                    call.error()));
    return pointer_of(subscription);
}

jlong observe_record(Call& call, jlong replica, jstring id, jobject bridge) {
    const char* const text = call.in(id);
    const cotmoc_observer observer = observer_callbacks(call.env(), bridge);
    cotmoc_subscription* subscription = nullptr;
    note_taken(
        call, observer,
        cotmoc_observe_record(at<cotmoc_replica>(replica), text, &observer, &subscription, call.error()));
    return pointer_of(subscription);
}

void subscription_free(Call&, jlong subscription) {
    cotmoc_subscription_free(at<cotmoc_subscription>(subscription));
}

}  // namespace

cotmoc_status give_row(void* ctx, const char* text, size_t size) {
    const auto* rows = static_cast<const Rows*>(ctx);
    JNIEnv* env = rows->env;
    const Local<jstring> row(env, new_string(env, text, size));
    const jboolean more = row ? env->CallBooleanMethod(rows->sink, java().row, row.get()) : JNI_FALSE;
    if (env->ExceptionCheck() == JNI_TRUE) {
        return Call::thrown(env, COTMOC_IO_ERROR);
    }
    return more != JNI_FALSE ? COTMOC_OK : COTMOC_STOP;
}

MadeQuery::MadeQuery(Call& call, jobjectArray texts, jlong limit, jint flags) {
    need(call, cotmoc_query_new(&query_, call.error()));
    try {
        set(call, texts, limit, flags);
    } catch (...) {
        cotmoc_query_free(query_);
        throw;
    }
}

void MadeQuery::set(Call& call, jobjectArray texts, jlong limit, jint flags) {
    if (const char* kind = call.in(texts, 0); kind != nullptr) {
        need(call, cotmoc_query_set_kind(query_, kind, call.error()));
    }
    if (const char* space = call.in(texts, 1); space != nullptr) {
        need(call, cotmoc_query_set_space(query_, space, call.error()));
    }
    if (const char* words = call.in(texts, 2); words != nullptr) {
        need(call, cotmoc_query_set_words(query_, words, call.error()));
    }
    const jsize count = call.env()->GetArrayLength(texts);
    for (jsize i = first_condition; i + 1 < count; i += 2) {
        const char* const field = call.in(texts, i);
        need(call, cotmoc_query_add_condition(query_, field, call.in(texts, i + 1), call.error()));
    }
    need(call, cotmoc_query_set_limit(query_, static_cast<std::uint64_t>(limit), call.error()));
    need(call, cotmoc_query_set_deleted(query_, flags & with_deleted, call.error()));
    need(call, cotmoc_query_set_conflicts(query_, (flags & only_conflicts) != 0 ? 1 : 0, call.error()));
}

Methods query_methods() {
    return {
        method<cursor_open>("cursorOpen", "(JI[Ljava/lang/String;JI)J"),
        method<cursor_next>("cursorNext", "(J)Ljava/lang/String;"),
        method<cursor_free>("cursorFree", "(J)V"),
        method<sql>("sql", "(JLjava/lang/String;Lvn/cotmoc/RowSink;)V"),
        method<export_records<cotmoc_replica_export>>(
            "export", "(JLjava/lang/String;Ljava/lang/String;Lvn/cotmoc/RowSink;)V"),
        method<export_records<cotmoc_replica_export_csv>>(
            "exportCsv", "(JLjava/lang/String;Ljava/lang/String;Lvn/cotmoc/RowSink;)V"),
        method<audit>("audit", "(JLvn/cotmoc/RowSink;)V"),
        method<report>("report",
                       "(JLjava/lang/String;Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;"),
        method<observe_query>("observeQuery", "(J[Ljava/lang/String;JILvn/cotmoc/ObserverBridge;)J"),
        method<observe_record>("observeRecord", "(JLjava/lang/String;Lvn/cotmoc/ObserverBridge;)J"),
        method<subscription_free>("subscriptionFree", "(J)V"),
    };
}

}  // namespace cotmoc::jni
