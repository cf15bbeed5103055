// sync.h, transport.h and serve.h
#include "natives.hpp"

#include <algorithm>

namespace cotmoc::jni {
namespace {

constexpr std::size_t piece_max = 64 * 1024;

cotmoc_sync* sync_at(jlong pointer) { return at<cotmoc_sync>(pointer); }

cotmoc_status open_pipe(void* ctx, std::int32_t timeout_ms) {
    const Env env;
    if (!env) {
        return COTMOC_INTERNAL;
    }
    env->CallVoidMethod(object_of(ctx), java().transport.open, static_cast<jint>(timeout_ms));
    return env->ExceptionCheck() == JNI_TRUE ? Call::thrown(env.get(), COTMOC_CONNECTION_FAILED) : COTMOC_OK;
}

cotmoc_status send_octets(void* ctx, const std::uint8_t* octets, std::size_t size, std::size_t* taken) {
    *taken = 0;
    const Env env;
    if (!env) {
        return COTMOC_INTERNAL;
    }
    const std::size_t piece = std::min(size, piece_max);
    const Local<jbyteArray> array(env.get(), new_octets(env.get(), octets, piece));
    const jint took = array ? env->CallIntMethod(object_of(ctx), java().transport.send, array.get()) : 0;
    if (env->ExceptionCheck() == JNI_TRUE) {
        return Call::thrown(env.get(), COTMOC_CONNECTION_LOST);
    }
    if (took < 0 || static_cast<std::size_t>(took) > piece) {
        return COTMOC_WRONG_USAGE;
    }
    *taken = static_cast<std::size_t>(took);
    return COTMOC_OK;
}

cotmoc_status receive_octets(void* ctx, std::uint8_t* into, std::size_t capacity, std::int32_t timeout_ms,
                             std::size_t* got) {
    *got = 0;
    const Env env;
    if (!env) {
        return COTMOC_INTERNAL;
    }
    const auto room = static_cast<jsize>(std::min(capacity, piece_max));
    const Local<jbyteArray> array(env.get(), env->NewByteArray(room));
    const jint came = array ? env->CallIntMethod(object_of(ctx), java().transport.receive, array.get(),
                                                 static_cast<jint>(timeout_ms))
                            : 0;
    if (env->ExceptionCheck() == JNI_TRUE) {
        return Call::thrown(env.get(), COTMOC_CONNECTION_LOST);
    }
    if (came < 0) {
        return COTMOC_CONNECTION_LOST;
    }
    if (came > room) {
        return COTMOC_WRONG_USAGE;
    }
    env->GetByteArrayRegion(array.get(), 0, came, reinterpret_cast<jbyte*>(into));
    *got = static_cast<std::size_t>(came);
    return COTMOC_OK;
}

void tell_transport(void* ctx, jmethodID what) {
    const Env env;
    if (!env) {
        return;
    }
    env->CallVoidMethod(object_of(ctx), what);
    if (env->ExceptionCheck() == JNI_TRUE) {
        Call::unheard(env.get());
    }
}

void close_pipe(void* ctx) { tell_transport(ctx, java().transport.close); }
void wake_pipe(void* ctx) { tell_transport(ctx, java().transport.wake); }

cotmoc_status tell_progress(void* ctx, const cotmoc_progress* progress) {
    const Env env;
    if (!env) {
        return COTMOC_INTERNAL;
    }
    env->CallVoidMethod(object_of(ctx), java().progress, static_cast<jint>(progress->stage),
                        static_cast<jboolean>(progress->no_progress != 0 ? JNI_TRUE : JNI_FALSE),
                        static_cast<jlong>(progress->octets_up), static_cast<jlong>(progress->octets_down),
                        static_cast<jlong>(progress->change_sets), static_cast<jlong>(progress->expected),
                        static_cast<jlong>(progress->left_ms));
    return env->ExceptionCheck() == JNI_TRUE ? Call::thrown(env.get(), COTMOC_IO_ERROR) : COTMOC_OK;
}

jlong make(Call& call, jlong replica) {
    cotmoc_sync* sync = nullptr;
    call.run(cotmoc_sync_new, at<cotmoc_replica>(replica), &sync);
    return pointer_of(sync);
}

void release(Call&, jlong sync) { cotmoc_sync_free(sync_at(sync)); }

void set_hub(Call& call, jlong sync, jstring address) {
    call.run(cotmoc_sync_set_hub, sync_at(sync), call.in(address));
}

void set_transport(Call& call, jlong sync, jobject transport) {
    if (transport == nullptr) {
        call.run(cotmoc_sync_set_transport, sync_at(sync), nullptr);
        return;
    }
    const cotmoc_transport callbacks = transport_callbacks(call.env(), transport);
    note_taken(call, callbacks, cotmoc_sync_set_transport(sync_at(sync), &callbacks, call.error()));
}

void set_progress(Call& call, jlong sync, jobject bridge) {
    if (bridge == nullptr) {
        call.run(cotmoc_sync_set_progress, sync_at(sync), nullptr);
        return;
    }
    auto sink = callbacks_for<cotmoc_progress_sink>(call.env(), bridge);
    sink.progress = &tell_progress;
    note_taken(call, sink, cotmoc_sync_set_progress(sync_at(sync), &sink, call.error()));
}

void set_attachments(Call& call, jlong sync, jint carry, jlong octets_max) {
    call.run(cotmoc_sync_set_attachments, sync_at(sync), carry, static_cast<std::uint64_t>(octets_max));
}

void set_peer(Call& call, jlong sync, jstring peer) {
    call.run(cotmoc_sync_set_peer, sync_at(sync), call.in(peer));
}

void want(Call& call, jlong sync, jstring id, jstring field, jstring name, jboolean thumbnail) {
    call.run(cotmoc_sync_want_attachment, sync_at(sync), call.in(id), call.in(field), call.in(name),
             thumbnail != JNI_FALSE ? 1 : 0);
}

jstring run(Call& call, jlong sync, jlong octets_max, jlong ms_max) {
    return call.text(cotmoc_sync_run, sync_at(sync), static_cast<std::uint64_t>(octets_max),
                     static_cast<std::uint64_t>(ms_max));
}

void watch(Call& call, jlong sync, jlong interval_ms, jobject ended) {
    Rows rows{call.env(), ended};
    call.run(cotmoc_sync_watch, sync_at(sync), static_cast<std::uint64_t>(interval_ms), &give_row,
             static_cast<void*>(&rows));
}

jstring prune(Call& call, jlong sync, jstring space) {
    return call.text(cotmoc_sync_prune, sync_at(sync), call.in(space));
}

void request(Call& call, jlong sync) { call.run(cotmoc_sync_request, sync_at(sync)); }
void network_changed(Call& call, jlong sync) { call.run(cotmoc_sync_network_changed, sync_at(sync)); }
void cancel(Call& call, jlong sync) { call.run(cotmoc_sync_cancel, sync_at(sync)); }

void set_hints(Call& call, jlong sync, jboolean metered, jboolean battery_low) {
    call.run(cotmoc_sync_set_hints, sync_at(sync), metered != JNI_FALSE ? 1 : 0,
             battery_low != JNI_FALSE ? 1 : 0);
}

cotmoc_serve* serve_at(jlong pointer) { return at<cotmoc_serve>(pointer); }

jlong serve_new(Call& call, jlong replica) {
    cotmoc_serve* serve = nullptr;
    call.run(cotmoc_serve_new, at<cotmoc_replica>(replica), &serve);
    return pointer_of(serve);
}

void serve_free(Call&, jlong serve) { cotmoc_serve_free(serve_at(serve)); }

void serve_set_listen(Call& call, jlong serve, jstring address) {
    call.run(cotmoc_serve_set_listen, serve_at(serve), call.in(address));
}

void serve_run(Call& call, jlong serve, jobject told) {
    Rows rows{call.env(), told};
    call.run(cotmoc_serve_run, serve_at(serve), &give_row, static_cast<void*>(&rows));
}

void serve_cancel(Call& call, jlong serve) { call.run(cotmoc_serve_cancel, serve_at(serve)); }

}  // namespace

cotmoc_transport transport_callbacks(JNIEnv* env, jobject transport) {
    auto callbacks = callbacks_for<cotmoc_transport>(env, transport);
    callbacks.open = &open_pipe;
    callbacks.send = &send_octets;
    callbacks.receive = &receive_octets;
    callbacks.close = &close_pipe;
    callbacks.wake = &wake_pipe;
    return callbacks;
}

Methods sync_methods() {
    return {
        method<make>("syncNew", "(J)J"),
        method<release>("syncFree", "(J)V"),
        method<set_hub>("syncSetHub", "(JLjava/lang/String;)V"),
        method<set_transport>("syncSetTransport", "(JLvn/cotmoc/Transport;)V"),
        method<set_progress>("syncSetProgress", "(JLvn/cotmoc/ProgressBridge;)V"),
        method<set_attachments>("syncSetAttachments", "(JIJ)V"),
        method<set_peer>("syncSetPeer", "(JLjava/lang/String;)V"),
        method<want>("syncWant", "(JLjava/lang/String;Ljava/lang/String;Ljava/lang/String;Z)V"),
        method<run>("syncRun", "(JJJ)Ljava/lang/String;"),
        method<watch>("syncWatch", "(JJLvn/cotmoc/RowSink;)V"),
        method<prune>("syncPrune", "(JLjava/lang/String;)Ljava/lang/String;"),
        method<request>("syncRequest", "(J)V"),
        method<network_changed>("syncNetworkChanged", "(J)V"),
        method<set_hints>("syncSetHints", "(JZZ)V"),
        method<cancel>("syncCancel", "(J)V"),
        method<serve_new>("serveNew", "(J)J"),
        method<serve_free>("serveFree", "(J)V"),
        method<serve_set_listen>("serveSetListen", "(JLjava/lang/String;)V"),
        method<serve_run>("serveRun", "(JLvn/cotmoc/RowSink;)V"),
        method<serve_cancel>("serveCancel", "(J)V"),
    };
}

}  // namespace cotmoc::jni
