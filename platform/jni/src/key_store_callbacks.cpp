// key_store.h over a vn.cotmoc.KeyStore
#include "natives.hpp"

namespace cotmoc::jni {
namespace {

enum class After { keep, wipe };

/// A method that gives octets; null means `absent`.
cotmoc_status give(void* ctx, jmethodID method_id, cotmoc_octets_fn take, void* sink, cotmoc_status absent,
                   After after) noexcept {
    const Env env;
    if (!env) {
        return COTMOC_INTERNAL;
    }
    const Local<jbyteArray> array(env.get(),
                                  static_cast<jbyteArray>(env->CallObjectMethod(object_of(ctx), method_id)));
    if (env->ExceptionCheck() == JNI_TRUE) {
        return Call::thrown(env.get(), COTMOC_IO_ERROR);
    }
    if (!array) {
        return absent;
    }
    try {
        const Octets octets(env.get(), array.get());
        if (after == After::wipe && octets.size() != 0) {
            const std::unique_ptr<jbyte[]> zeros = std::make_unique<jbyte[]>(octets.size());
            env->SetByteArrayRegion(array.get(), 0, static_cast<jsize>(octets.size()), zeros.get());
        }
        return take(sink, octets.data(), octets.size());
    } catch (...) {
        return COTMOC_OUT_OF_MEMORY;
    }
}

cotmoc_status keep(void* ctx, jmethodID method_id, const std::uint8_t* octets, std::size_t size) noexcept {
    const Env env;
    if (!env) {
        return COTMOC_INTERNAL;
    }
    const Local<jbyteArray> array(env.get(), new_octets(env.get(), octets, size));
    if (array) {
        env->CallVoidMethod(object_of(ctx), method_id, array.get());
    }
    return env->ExceptionCheck() == JNI_TRUE ? Call::thrown(env.get(), COTMOC_IO_ERROR) : COTMOC_OK;
}

cotmoc_status tell(void* ctx, jmethodID method_id) noexcept {
    const Env env;
    if (!env) {
        return COTMOC_INTERNAL;
    }
    env->CallVoidMethod(object_of(ctx), method_id);
    return env->ExceptionCheck() == JNI_TRUE ? Call::thrown(env.get(), COTMOC_IO_ERROR) : COTMOC_OK;
}

cotmoc_status load(void* ctx, cotmoc_octets_fn take, void* sink) {
    return give(ctx, java().key_store.load, take, sink, COTMOC_NO_REPLICA, After::keep);
}
cotmoc_status save(void* ctx, const std::uint8_t* octets, std::size_t size) {
    return keep(ctx, java().key_store.save, octets, size);
}
cotmoc_status hardware_secret(void* ctx, cotmoc_octets_fn take, void* sink) {
    return give(ctx, java().key_store.hardware_secret, take, sink, COTMOC_NO_KEY_CUSTODY, After::wipe);
}
cotmoc_status begin_try(void* ctx) { return tell(ctx, java().key_store.begin_try); }
cotmoc_status opened(void* ctx) { return tell(ctx, java().key_store.opened); }
cotmoc_status forget_previous(void* ctx) { return tell(ctx, java().key_store.forget_previous); }
cotmoc_status load_recovery(void* ctx, cotmoc_octets_fn take, void* sink) {
    return give(ctx, java().key_store.load_recovery, take, sink, COTMOC_NO_RECOVERY, After::keep);
}
cotmoc_status save_recovery(void* ctx, const std::uint8_t* octets, std::size_t size) {
    return keep(ctx, java().key_store.save_recovery, octets, size);
}

}  // namespace

cotmoc_key_store key_store_callbacks(JNIEnv* env, jobject store, bool hardware, bool recovery) {
    auto callbacks = callbacks_for<cotmoc_key_store>(env, store);
    callbacks.load = &load;
    callbacks.save = &save;
    callbacks.forget_previous = &forget_previous;
    if (hardware) {
        callbacks.hardware_secret = &hardware_secret;
        callbacks.begin_try = &begin_try;
        callbacks.opened = &opened;
    }
    if (recovery) {
        callbacks.load_recovery = &load_recovery;
        callbacks.save_recovery = &save_recovery;
    }
    return callbacks;
}

}  // namespace cotmoc::jni
