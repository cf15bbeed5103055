#include "jni_support.hpp"

namespace cotmoc::jni {
namespace {

thread_local Call* innermost = nullptr;

void append_code_point(std::string& to, std::uint32_t code) {
    const auto octet = [&](std::uint32_t value) { to.push_back(static_cast<char>(value)); };
    if (code < 0x80) {
        octet(code);
    } else if (code < 0x800) {
        octet(0xc0 | (code >> 6));
        octet(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        octet(0xe0 | (code >> 12));
        octet(0x80 | ((code >> 6) & 0x3f));
        octet(0x80 | (code & 0x3f));
    } else {
        octet(0xf0 | (code >> 18));
        octet(0x80 | ((code >> 12) & 0x3f));
        octet(0x80 | ((code >> 6) & 0x3f));
        octet(0x80 | (code & 0x3f));
    }
}

std::string to_utf8(const std::u16string& text) {
    std::string to;
    to.reserve(text.size() + text.size() / 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::uint32_t code = text[i];
        if (code >= 0xd800 && code < 0xdc00 && i + 1 < text.size() && (text[i + 1] & 0xfc00) == 0xdc00) {
            code = 0x10000 + ((code - 0xd800) << 10) + (text[++i] - 0xdc00U);
        }
        append_code_point(to, code);
    }
    return to;
}

/// What the library gives is valid; an octet that is not becomes U+FFFD all the same.
std::u16string to_utf16(const char* text, std::size_t size) {
    constexpr char16_t replacement = 0xfffd;
    std::u16string to;
    to.reserve(size);
    for (std::size_t i = 0; i < size;) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (length == 0 || lead > 0xf4 || size - i < length) {
            to.push_back(replacement);
            ++i;
            continue;
        }
        std::uint32_t code = length == 1 ? lead : lead & (0x7fU >> length);
        for (std::size_t k = 1; k < length; ++k) {
            code = (code << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3fU);
        }
        if (code >= 0x10000) {
            to.push_back(static_cast<char16_t>(0xd800 + ((code - 0x10000) >> 10)));
            to.push_back(static_cast<char16_t>(0xdc00 + ((code - 0x10000) & 0x3ff)));
        } else {
            to.push_back(static_cast<char16_t>(code));
        }
        i += length;
    }
    return to;
}

}  // namespace

Env::Env() {
    JavaVM* machine = java().machine;
    void* env = nullptr;
    const jint known = machine == nullptr ? JNI_ERR : machine->GetEnv(&env, JNI_VERSION_1_6);
    if (known == JNI_EDETACHED) {
#ifdef __ANDROID__
        attached_ = machine->AttachCurrentThreadAsDaemon(&env_, nullptr) == JNI_OK;
#else
        attached_ = machine->AttachCurrentThreadAsDaemon(&env, nullptr) == JNI_OK;
        env_ = static_cast<JNIEnv*>(env);
#endif
    } else if (known == JNI_OK) {
        env_ = static_cast<JNIEnv*>(env);
    }
}

Env::~Env() {
    if (attached_) {
        java().machine->DetachCurrentThread();
    }
}

jstring new_string(JNIEnv* env, const char* text, std::size_t size) noexcept {
    try {
        const std::u16string wide = to_utf16(text, size);
        return env->NewString(reinterpret_cast<const jchar*>(wide.data()), static_cast<jsize>(wide.size()));
    } catch (...) {
        throw_out_of_memory(env);
        return nullptr;
    }
}

jbyteArray new_octets(JNIEnv* env, const std::uint8_t* octets, std::size_t size) noexcept {
    const auto length = static_cast<jsize>(size);
    jbyteArray array = env->NewByteArray(length);
    if (array != nullptr && length != 0) {
        env->SetByteArrayRegion(array, 0, length, reinterpret_cast<const jbyte*>(octets));
    }
    return array;
}

void throw_out_of_memory(JNIEnv* env) noexcept {
    if (env->ExceptionCheck() == JNI_FALSE) {
        env->ThrowNew(java().out_of_memory, "native memory");
    }
}

Octets::Octets(JNIEnv* env, jbyteArray array) {
    if (array == nullptr) {
        return;
    }
    size_ = static_cast<std::size_t>(env->GetArrayLength(array));
    data_ = std::make_unique<std::uint8_t[]>(size_ + 1);
    if (size_ != 0) {
        env->GetByteArrayRegion(array, 0, static_cast<jsize>(size_), reinterpret_cast<jbyte*>(data_.get()));
    }
}

Octets::~Octets() {
    volatile std::uint8_t* each = data_.get();
    for (std::size_t i = 0; i < size_; ++i) {
        each[i] = 0;
    }
}

Call::Call(JNIEnv* env) : env_(env), outer_(std::exchange(innermost, this)) {}

Call::~Call() {
    innermost = outer_;
    if (kept_ != nullptr) {
        env_->DeleteGlobalRef(kept_);
    }
}

const char* Call::in(jstring text) {
    if (text == nullptr) {
        return nullptr;
    }
    std::u16string wide(static_cast<std::size_t>(env_->GetStringLength(text)), u'\0');
    env_->GetStringRegion(text, 0, static_cast<jsize>(wide.size()), reinterpret_cast<jchar*>(wide.data()));
    if (wide.find(u'\0') != std::u16string::npos) {
        fail(COTMOC_WRONG_USAGE, "a text with a NUL character");
    }
    texts_.push_back(to_utf8(wide));
    return texts_.back().c_str();
}

const char* Call::in(jobjectArray texts, jsize index) {
    const Local<jstring> text(env_, static_cast<jstring>(env_->GetObjectArrayElement(texts, index)));
    return in(text.get());
}

void Call::fail(cotmoc_status status, const char* detail) {
    (void)note(status);
    const std::size_t capacity = sizeof error_.detail - 1;
    const std::string copy = std::string(detail).substr(0, capacity);
    copy.copy(error_.detail, capacity);
    error_.detail[copy.size()] = '\0';
    throw Stop();
}

bool Call::note(cotmoc_status status) {
    status_ = status;
    if (status != COTMOC_OK && error_.status != status) {
        // Not from a function of the library: nothing has been written yet.
        error_ = cotmoc_error();
        error_.status = status;
        error_.retry = cotmoc_status_retry(status);
        const std::string name = cotmoc_status_name(status);
        name.copy(error_.name, sizeof error_.name - 1);
    }
    return status == COTMOC_OK;
}

cotmoc_status Call::take(void* ctx, const char* text, std::size_t size) {
    auto* call = static_cast<Call*>(ctx);
    call->text_ = new_string(call->env_, text, size);
    return call->text_ != nullptr ? COTMOC_OK : thrown(call->env_, COTMOC_OUT_OF_MEMORY);
}

void Call::finish() noexcept {
    if (status_ == COTMOC_OK || env_->ExceptionCheck() == JNI_TRUE) {
        return;
    }
    const bool from_callback = kept_ != nullptr && kept_status_ == status_;
    if (!from_callback) {
        throw_new(text_, nullptr);
    } else if (env_->IsInstanceOf(kept_, java().io_exception) == JNI_TRUE ||
               (text_ != nullptr && env_->IsInstanceOf(kept_, java().exception) == JNI_TRUE)) {
        throw_new(text_, kept_);
    } else {
        env_->Throw(kept_);
    }
}

void Call::throw_new(jstring report, jthrowable cause) {
    const auto size_of = [](const char* text) { return std::char_traits<char>::length(text); };
    const Local<jstring> name(env_, new_string(env_, error_.name, size_of(error_.name)));
    const Local<jstring> detail(env_,
                                name ? new_string(env_, error_.detail, size_of(error_.detail)) : nullptr);
    if (!detail) {
        return;
    }
    jobject made = env_->NewObject(java().exception, java().make_exception, static_cast<jint>(status_),
                                   name.get(), detail.get(), static_cast<jint>(error_.retry), report, cause);
    if (made != nullptr) {
        env_->Throw(static_cast<jthrowable>(made));
    }
}

cotmoc_status Call::thrown(JNIEnv* env, cotmoc_status for_io) noexcept {
    const Local<jthrowable> pending(env, env->ExceptionOccurred());
    env->ExceptionClear();
    if (!pending) {
        return COTMOC_INTERNAL;
    }
    cotmoc_status status = COTMOC_HOST_FIRST;
    if (env->IsInstanceOf(pending.get(), java().exception) == JNI_TRUE) {
        status = env->GetIntField(pending.get(), java().exception_status);
    } else if (env->IsInstanceOf(pending.get(), java().io_exception) == JNI_TRUE) {
        status = for_io;
    }
    if (Call* call = innermost; call != nullptr) {
        if (call->kept_ != nullptr) {
            env->DeleteGlobalRef(call->kept_);
        }
        call->kept_ = static_cast<jthrowable>(env->NewGlobalRef(pending.get()));
        call->kept_status_ = status;
    }
    return status == COTMOC_OK ? COTMOC_INTERNAL : status;
}

void Call::unheard(JNIEnv* env) noexcept {
    const Local<jthrowable> pending(env, env->ExceptionOccurred());
    env->ExceptionClear();
    if (pending) {
        env->CallStaticVoidMethod(java().native, java().uncaught, pending.get());
        env->ExceptionClear();
    }
}

void* hold_object(JNIEnv* env, jobject object) {
    jobject held = env->NewGlobalRef(object);
    if (held == nullptr) {
        throw std::bad_alloc();
    }
    return held;
}

void drop_object(void* ctx) noexcept {
    const Env env;
    if (env && ctx != nullptr) {
        env->DeleteGlobalRef(object_of(ctx));
    }
}

}  // namespace cotmoc::jni
