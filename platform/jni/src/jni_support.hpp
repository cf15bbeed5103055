// What every native function needs: text and octets across the border, exceptions both ways, threads.
#pragma once

#include "java_types.hpp"

#include <cotmoc/cotmoc.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

namespace cotmoc::jni {

/// The environment of this thread. A thread that Java does not know is attached for as long as this lives.
class Env {
public:
    Env();
    ~Env();
    Env(const Env&) = delete;
    Env& operator=(const Env&) = delete;
    JNIEnv* operator->() const { return env_; }
    JNIEnv* get() const { return env_; }
    explicit operator bool() const { return env_ != nullptr; }

private:
    JNIEnv* env_ = nullptr;
    bool attached_ = false;
};

/// A local reference that goes with its scope: a call may run callbacks for hours.
template <class T>
class Local {
public:
    Local(JNIEnv* env, T reference) : env_(env), reference_(reference) {}
    ~Local() {
        if (reference_ != nullptr) {
            env_->DeleteLocalRef(reference_);
        }
    }
    Local(const Local&) = delete;
    Local& operator=(const Local&) = delete;
    T get() const { return reference_; }
    explicit operator bool() const { return reference_ != nullptr; }

private:
    JNIEnv* env_;
    T reference_;
};

/// UTF-8 of the library as a string; null with a pending OutOfMemoryError.
jstring new_string(JNIEnv* env, const char* text, std::size_t size) noexcept;
/// Null with a pending OutOfMemoryError.
jbyteArray new_octets(JNIEnv* env, const std::uint8_t* octets, std::size_t size) noexcept;
/// For C++'s own failures inside callbacks.
void throw_out_of_memory(JNIEnv* env) noexcept;

/// Octets of a Java array, wiped when they go.
class Octets {
public:
    Octets(JNIEnv* env, jbyteArray array);
    ~Octets();
    Octets(const Octets&) = delete;
    Octets& operator=(const Octets&) = delete;
    const std::uint8_t* data() const { return data_.get(); }
    std::size_t size() const { return size_; }

private:
    std::unique_ptr<std::uint8_t[]> data_;
    std::size_t size_ = 0;
};

/// One call of Java into the library. Calls nest: a callback may call again. It keeps what a callback threw
/// until the call that needed the callback returns, and throws it then.
class Call {
public:
    /// Ends a native function early; the failure has been noted.
    struct Stop {};

    explicit Call(JNIEnv* env);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    JNIEnv* env() const { return env_; }
    cotmoc_error* error() { return &error_; }

    /// UTF-8 that lives as long as the call; NULL for null. A NUL character inside is refused, since C would
    /// not see what follows it; half a surrogate pair becomes what the library refuses as invalid_utf8.
    const char* in(jstring text);
    /// An item of an array of strings.
    const char* in(jobjectArray texts, jsize index);

    [[noreturn]] void fail(cotmoc_status status, const char* detail);
    /// Notes what a function of the library returned.
    bool note(cotmoc_status status);

    /// A function that ends in (…, error).
    template <class Function, class... Arguments>
    void run(Function function, Arguments... arguments) {
        (void)note(function(arguments..., &error_));
    }
    /// A function that ends in (…, view, ctx, error): the text. After a failure it is the report that came
    /// first.
    template <class Function, class... Arguments>
    jstring text(Function function, Arguments... arguments) {
        (void)note(function(arguments..., &Call::take, static_cast<void*>(this), &error_));
        return text_;
    }
    /// A cotmoc_text_fn whose ctx is the call.
    static cotmoc_status take(void* ctx, const char* text, std::size_t size);
    jstring taken() const { return text_; }

    /// Throws what has failed. Last.
    void finish() noexcept;

    /// In a callback, with an exception pending: keeps it for the call that needs the callback, and gives the
    /// status to return. `for_io` stands for an IOException.
    static cotmoc_status thrown(JNIEnv* env, cotmoc_status for_io) noexcept;
    /// In a callback that nobody waits for: gives it to the thread's handler.
    static void unheard(JNIEnv* env) noexcept;

private:
    void throw_new(jstring report, jthrowable cause);

    JNIEnv* env_;
    Call* outer_;
    std::list<std::string> texts_;
    jstring text_ = nullptr;
    cotmoc_error error_{};
    cotmoc_status status_ = COTMOC_OK;
    jthrowable kept_ = nullptr;  // a global reference
    cotmoc_status kept_status_ = COTMOC_OK;
};

/// What Java calls: the native function with a Call, and no C++ exception out of it.
template <auto Function>
struct Guarded;

template <class Result, class... Arguments, Result (*Function)(Call&, Arguments...)>
struct Guarded<Function> {
    static Result JNICALL run(JNIEnv* env, jclass, Arguments... arguments) noexcept {
        Call call(env);
        if constexpr (std::is_void_v<Result>) {
            stop_all(call, [&] { Function(call, arguments...); });
            call.finish();
        } else {
            Result result{};
            stop_all(call, [&] { result = Function(call, arguments...); });
            call.finish();
            return result;
        }
    }

private:
    template <class Work>
    static void stop_all(Call& call, Work&& work) noexcept {
        try {
            work();
        } catch (const Call::Stop&) {
            // The call knows why.
        } catch (const std::bad_alloc&) {
            (void)call.note(COTMOC_OUT_OF_MEMORY);
        } catch (...) {
            (void)call.note(COTMOC_INTERNAL);
        }
    }
};

/// A row of a table for RegisterNatives.
template <auto Function>
JNINativeMethod method(const char* name, const char* signature) {
    return {const_cast<char*>(name), const_cast<char*>(signature),
            reinterpret_cast<void*>(&Guarded<Function>::run)};
}

template <class Handle>
Handle* at(jlong pointer) {
    return reinterpret_cast<Handle*>(static_cast<std::intptr_t>(pointer));
}

template <class Handle>
jlong pointer_of(Handle* handle) {
    return static_cast<jlong>(reinterpret_cast<std::intptr_t>(handle));
}

/// The ctx of callbacks that the library keeps: a global reference until drop_object.
void* hold_object(JNIEnv* env, jobject object);
void drop_object(void* ctx) noexcept;
inline jobject object_of(void* ctx) { return static_cast<jobject>(ctx); }

/// A structure of callbacks for `object`, with size, ctx and drop set.
template <class Callbacks>
Callbacks callbacks_for(JNIEnv* env, jobject object) {
    Callbacks callbacks{};
    callbacks.size = sizeof callbacks;
    callbacks.ctx = hold_object(env, object);
    callbacks.drop = &drop_object;
    return callbacks;
}

/// Notes the status of the call that was to take the callbacks over: after a failure they are still ours.
template <class Callbacks>
void note_taken(Call& call, const Callbacks& callbacks, cotmoc_status status) {
    if (!call.note(status)) {
        drop_object(callbacks.ctx);
    }
}

}  // namespace cotmoc::jni
