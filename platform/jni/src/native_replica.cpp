// base.h, options.h, replica.h, device.h and log.h
#include "natives.hpp"

#include <array>

namespace cotmoc::jni {
namespace {

cotmoc_replica* replica_at(jlong pointer) { return at<cotmoc_replica>(pointer); }

std::size_t size_of(const char* text) {
    return text != nullptr ? std::char_traits<char>::length(text) : std::size_t{0};
}

/// The places of the texts of Native.open and Native.device.
enum Text : jsize { directory, language, state_directory, program, kdf, name };
constexpr Text answer = name;

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

/// What Java passes for the options: one argument of the native functions each.
struct Given {
    jobjectArray texts;
    jbyteArray passphrase;
    jobject key_store;
    jboolean hardware;
    jboolean recovery;
    jobject log;
    jint level;
};

/// Options that are freed when they go.
class MadeOptions {
public:
    /// Made by the other constructor first, so that a failure of fill frees them.
    MadeOptions(Call& call, const Given& given) : MadeOptions(call) { fill(call, given); }
    ~MadeOptions() { cotmoc_options_free(options_); }
    MadeOptions(const MadeOptions&) = delete;
    MadeOptions& operator=(const MadeOptions&) = delete;
    const cotmoc_options* get() const { return options_; }

private:
    explicit MadeOptions(Call& call) { need(call, cotmoc_options_new(&options_, call.error())); }
    void set_texts(Call& call, jobjectArray texts) {
        using Set = cotmoc_status (*)(cotmoc_options*, const char*, cotmoc_error*);
        const std::array<std::pair<jsize, Set>, 5> setters{
            {{directory, cotmoc_options_set_directory},
             {language, cotmoc_options_set_language},
             {state_directory, cotmoc_options_set_state_directory},
             {program, cotmoc_options_set_program},
             {kdf, cotmoc_options_set_kdf}}};
        for (const auto& [place, set] : setters) {
            if (const char* text = call.in(texts, place); text != nullptr) {
                need(call, set(options_, text, call.error()));
            }
        }
    }
    void fill(Call& call, const Given& given) {
        set_texts(call, given.texts);
        const Octets octets(call.env(), given.passphrase);
        need(call, cotmoc_options_set_passphrase(options_, octets.data(), octets.size(), call.error()));
        if (given.key_store != nullptr) {
            const cotmoc_key_store callbacks = key_store_callbacks(
                call.env(), given.key_store, given.hardware != JNI_FALSE, given.recovery != JNI_FALSE);
            const cotmoc_status taken = cotmoc_options_set_key_store(options_, &callbacks, call.error());
            note_taken(call, callbacks, taken);
            need(call, taken);
        }
        if (given.log != nullptr) {
            auto callbacks = callbacks_for<cotmoc_log>(call.env(), given.log);
            callbacks.line = &log_line;
            const cotmoc_status taken =
                cotmoc_options_set_log(options_, &callbacks, given.level, call.error());
            note_taken(call, callbacks, taken);
            need(call, taken);
        }
    }

    cotmoc_options* options_ = nullptr;
};

jlong open(Call& call, jboolean make, jobjectArray texts, jbyteArray passphrase, jobject key_store,
           jboolean hardware, jboolean recovery, jobject log, jint level) {
    const MadeOptions options(call, {texts, passphrase, key_store, hardware, recovery, log, level});
    cotmoc_replica* replica = nullptr;
    if (make != JNI_FALSE) {
        call.run(cotmoc_replica_create, options.get(), call.in(texts, name), &replica);
    } else {
        call.run(cotmoc_replica_open, options.get(), &replica);
    }
    return pointer_of(replica);
}

/// `what` is a number of Device.
jstring device(Call& call, jint what, jobjectArray texts, jbyteArray passphrase, jobject key_store,
               jboolean hardware, jboolean recovery, jobject log, jint level) {
    const MadeOptions options(call, {texts, passphrase, key_store, hardware, recovery, log, level});
    switch (what) {
        case 0:
            return call.text(cotmoc_device_ask_recovery, options.get());
        case 1: {
            const char* const text = call.in(texts, answer);
            return call.text(cotmoc_device_recover, options.get(), text, size_of(text));
        }
        case 2:
        case 3:
            return call.text(cotmoc_device_wipe, options.get(), what == 3 ? 1 : 0);
        default:
            call.fail(COTMOC_WRONG_USAGE, "device");
    }
}

void close(Call& call, jlong replica) { call.run(cotmoc_replica_close, replica_at(replica)); }
void release(Call&, jlong replica) { cotmoc_replica_free(replica_at(replica)); }
void suspend(Call& call, jlong replica) { call.run(cotmoc_replica_suspend, replica_at(replica)); }
void resume(Call& call, jlong replica) { call.run(cotmoc_replica_resume, replica_at(replica)); }

jstring view(Call& call, jlong replica, jint what) {
    // In the order of the constants in Replica.
    static constexpr std::array views{
        cotmoc_replica_info,   cotmoc_replica_status,     cotmoc_replica_catalogue, cotmoc_replica_request,
        cotmoc_replica_verify, cotmoc_replica_quarantine, cotmoc_replica_digests,   cotmoc_replica_devices};
    return call.text(views.at(static_cast<std::size_t>(what)), replica_at(replica));
}

jstring grant_fingerprint(Call& call, jstring grant) {
    const char* const text = call.in(grant);
    return call.text(cotmoc_grant_fingerprint, text, size_of(text));
}

void join(Call& call, jlong replica, jstring grant, jstring root) {
    const char* const text = call.in(grant);
    call.run(cotmoc_replica_join, replica_at(replica), text, size_of(text), call.in(root));
}

jstring request_remote(Call& call, jlong replica, jstring message) {
    const char* const text = call.in(message);
    return call.text(cotmoc_replica_request_remote, replica_at(replica), text, size_of(text));
}

void join_remote(Call& call, jlong replica, jstring grant, jstring code) {
    const char* const text = call.in(grant);
    call.run(cotmoc_replica_join_remote, replica_at(replica), text, size_of(text), call.in(code));
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
    constexpr const char* two_texts = "(JLjava/lang/String;Ljava/lang/String;)V";
    constexpr const char* text_of_status = "(ILjava/lang/String;)Ljava/lang/String;";
    return {
        method<version>("version", "()Ljava/lang/String;"),
        method<status_name>("statusName", "(I)Ljava/lang/String;"),
        method<status_retry>("statusRetry", "(I)I"),
        method<status_what>("statusWhat", text_of_status),
        method<status_advice>("statusAdvice", text_of_status),
        method<open>("open", "(Z[Ljava/lang/String;[BLvn/cotmoc/KeyStore;ZZLvn/cotmoc/LogBridge;I)J"),
        method<device>("device",
                       "(I[Ljava/lang/String;[BLvn/cotmoc/KeyStore;ZZLvn/cotmoc/LogBridge;I)"
                       "Ljava/lang/String;"),
        method<close>("replicaClose", "(J)V"),
        method<release>("replicaFree", "(J)V"),
        method<suspend>("suspend", "(J)V"),
        method<resume>("resume", "(J)V"),
        method<view>("view", "(JI)Ljava/lang/String;"),
        method<grant_fingerprint>("grantFingerprint", "(Ljava/lang/String;)Ljava/lang/String;"),
        method<join>("join", two_texts),
        method<request_remote>("requestRemote", "(JLjava/lang/String;)Ljava/lang/String;"),
        method<join_remote>("joinRemote", two_texts),
        method<rejoin>("rejoin", "(J[BLjava/lang/String;)Ljava/lang/String;"),
        method<change_passphrase>("changePassphrase", "(J[B[B)V"),
        method<release_held>("release", "(JLjava/lang/String;)Ljava/lang/String;"),
        method<batch>("batch", "(JLvn/cotmoc/Replica$Work;)V"),
    };
}

}  // namespace cotmoc::jni
