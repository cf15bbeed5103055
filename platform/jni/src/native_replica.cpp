// base.h, options.h, replica.h and log.h
#include "natives.hpp"

#include <array>

namespace cotmoc::jni {
namespace {

cotmoc_replica* replica_at(jlong pointer) { return at<cotmoc_replica>(pointer); }

/// The places of Native.open's texts.
enum Text : jsize { directory, language, state_directory, program, kdf, name };

/// Options that are freed when they go.
struct MadeOptions {
    cotmoc_options* get = nullptr;

    explicit MadeOptions(Call& call) { need(call, cotmoc_options_new(&get, call.error())); }
    ~MadeOptions() { cotmoc_options_free(get); }
    MadeOptions(const MadeOptions&) = delete;
    MadeOptions& operator=(const MadeOptions&) = delete;
};

void log_line(void* ctx, std::int32_t level, const char* line) {
    const Env env;
    if (!env) {
        return;
    }
    const Local<jstring> text(env.get(), new_string(env.get(), line, std::char_traits<char>::length(line)));
    if (text) {
        env->CallVoidMethod(object_of(ctx), java().line, static_cast<jint>(level), text.get());
    }
    if (env->ExceptionCheck() == JNI_TRUE) {
        Call::unheard(env.get());
    }
}

void set_texts(Call& call, cotmoc_options* options, jobjectArray texts) {
    using Set = cotmoc_status (*)(cotmoc_options*, const char*, cotmoc_error*);
    const std::array<std::pair<jsize, Set>, 5> setters{{{directory, cotmoc_options_set_directory},
                                                        {language, cotmoc_options_set_language},
                                                        {state_directory, cotmoc_options_set_state_directory},
                                                        {program, cotmoc_options_set_program},
                                                        {kdf, cotmoc_options_set_kdf}}};
    for (const auto& [place, set] : setters) {
        if (const char* text = call.in(texts, place); text != nullptr) {
            need(call, set(options, text, call.error()));
        }
    }
}

jlong open(Call& call, jboolean make, jobjectArray texts, jbyteArray passphrase, jobject key_store,
           jboolean hardware, jboolean recovery, jobject log, jint level) {
    const MadeOptions options(call);
    set_texts(call, options.get, texts);
    const Octets octets(call.env(), passphrase);
    need(call, cotmoc_options_set_passphrase(options.get, octets.data(), octets.size(), call.error()));
    if (key_store != nullptr) {
        const cotmoc_key_store callbacks =
            key_store_callbacks(call.env(), key_store, hardware != JNI_FALSE, recovery != JNI_FALSE);
        const cotmoc_status taken = cotmoc_options_set_key_store(options.get, &callbacks, call.error());
        note_taken(call, callbacks, taken);
        need(call, taken);
    }
    if (log != nullptr) {
        auto callbacks = callbacks_for<cotmoc_log>(call.env(), log);
        callbacks.line = &log_line;
        const cotmoc_status taken = cotmoc_options_set_log(options.get, &callbacks, level, call.error());
        note_taken(call, callbacks, taken);
        need(call, taken);
    }
    cotmoc_replica* replica = nullptr;
    if (make != JNI_FALSE) {
        call.run(cotmoc_replica_create, options.get, call.in(texts, name), &replica);
    } else {
        call.run(cotmoc_replica_open, options.get, &replica);
    }
    return pointer_of(replica);
}

void close(Call& call, jlong replica) { call.run(cotmoc_replica_close, replica_at(replica)); }
void release(Call&, jlong replica) { cotmoc_replica_free(replica_at(replica)); }
void suspend(Call& call, jlong replica) { call.run(cotmoc_replica_suspend, replica_at(replica)); }
void resume(Call& call, jlong replica) { call.run(cotmoc_replica_resume, replica_at(replica)); }

jstring view(Call& call, jlong replica, jint what) {
    // In the order of the constants in Replica.
    static constexpr std::array views{
        cotmoc_replica_info,   cotmoc_replica_status,     cotmoc_replica_catalogue, cotmoc_replica_request,
        cotmoc_replica_verify, cotmoc_replica_quarantine, cotmoc_replica_digests};
    return call.text(views.at(static_cast<std::size_t>(what)), replica_at(replica));
}

jstring grant_fingerprint(Call& call, jstring grant) {
    const char* const text = call.in(grant);
    return call.text(cotmoc_grant_fingerprint, text,
                     text != nullptr ? std::char_traits<char>::length(text) : std::size_t{0});
}

void join(Call& call, jlong replica, jstring grant, jstring root) {
    const char* const text = call.in(grant);
    call.run(cotmoc_replica_join, replica_at(replica), text,
             text != nullptr ? std::char_traits<char>::length(text) : std::size_t{0}, call.in(root));
}

jstring rejoin(Call& call, jlong replica, jbyteArray passphrase, jstring new_name) {
    const Octets octets(call.env(), passphrase);
    return call.text(cotmoc_replica_rejoin, replica_at(replica), octets.data(), octets.size(),
                     call.in(new_name));
}

void change_passphrase(Call& call, jlong replica, jbyteArray current, jbyteArray fresh) {
    const Octets before(call.env(), current);
    const Octets after(call.env(), fresh);
    call.run(cotmoc_replica_change_passphrase, replica_at(replica), before.data(), before.size(),
             after.data(), after.size());
}

jstring release_held(Call& call, jlong replica, jstring hash) {
    return call.text(cotmoc_replica_release, replica_at(replica), call.in(hash));
}

cotmoc_status run_work(void* ctx) {
    const auto* rows = static_cast<const Rows*>(ctx);
    rows->env->CallVoidMethod(rows->sink, java().work);
    return rows->env->ExceptionCheck() == JNI_TRUE ? Call::thrown(rows->env, COTMOC_IO_ERROR) : COTMOC_OK;
}

void batch(Call& call, jlong replica, jobject work) {
    Rows rows{call.env(), work};
    call.run(cotmoc_replica_batch, replica_at(replica), work != nullptr ? &run_work : nullptr,
             static_cast<void*>(&rows));
}

jstring constant(Call& call, const char* text) {
    return new_string(call.env(), text, std::char_traits<char>::length(text));
}

jstring version(Call& call) { return constant(call, cotmoc_version()); }
jstring status_name(Call& call, jint status) { return constant(call, cotmoc_status_name(status)); }
jint status_retry(Call&, jint status) { return cotmoc_status_retry(status); }
jstring status_what(Call& call, jint status, jstring language_name) {
    return constant(call, cotmoc_status_what(status, call.in(language_name)));
}
jstring status_advice(Call& call, jint status, jstring language_name) {
    return constant(call, cotmoc_status_advice(status, call.in(language_name)));
}

}  // namespace

Methods replica_methods() {
    constexpr const char* text_of_status = "(ILjava/lang/String;)Ljava/lang/String;";
    return {
        method<version>("version", "()Ljava/lang/String;"),
        method<status_name>("statusName", "(I)Ljava/lang/String;"),
        method<status_retry>("statusRetry", "(I)I"),
        method<status_what>("statusWhat", text_of_status),
        method<status_advice>("statusAdvice", text_of_status),
        method<open>("open", "(Z[Ljava/lang/String;[BLvn/cotmoc/KeyStore;ZZLvn/cotmoc/LogBridge;I)J"),
        method<close>("replicaClose", "(J)V"),
        method<release>("replicaFree", "(J)V"),
        method<suspend>("suspend", "(J)V"),
        method<resume>("resume", "(J)V"),
        method<view>("view", "(JI)Ljava/lang/String;"),
        method<grant_fingerprint>("grantFingerprint", "(Ljava/lang/String;)Ljava/lang/String;"),
        method<join>("join", "(JLjava/lang/String;Ljava/lang/String;)V"),
        method<rejoin>("rejoin", "(J[BLjava/lang/String;)Ljava/lang/String;"),
        method<change_passphrase>("changePassphrase", "(J[B[B)V"),
        method<release_held>("release", "(JLjava/lang/String;)Ljava/lang/String;"),
        method<batch>("batch", "(JLvn/cotmoc/Replica$Work;)V"),
    };
}

}  // namespace cotmoc::jni
