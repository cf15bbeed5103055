#include "java_types.hpp"

#include <initializer_list>

namespace cotmoc::jni {
namespace {

JavaTypes types;

/// Looks things up until one is missing.
class Finder {
public:
    explicit Finder(JNIEnv* env) : env_(env) {}

    /// A class that stays: its ids are valid while it is loaded.
    jclass keep(const char* name) {
        jclass found = ok_ ? env_->FindClass(name) : nullptr;
        ok_ = found != nullptr;
        if (!ok_) {
            return nullptr;
        }
        auto* kept = static_cast<jclass>(env_->NewGlobalRef(found));
        env_->DeleteLocalRef(found);
        ok_ = kept != nullptr;
        return kept;
    }
    /// A class of which ids are taken; Native, which refers to it, keeps it loaded.
    jclass look(const char* name) {
        jclass found = ok_ ? env_->FindClass(name) : nullptr;
        ok_ = found != nullptr;
        return found;
    }
    void done(jclass type) {
        if (type != nullptr) {
            env_->DeleteLocalRef(type);
        }
    }
    jmethodID method(jclass type, const char* name, const char* signature) {
        jmethodID found = ok_ ? env_->GetMethodID(type, name, signature) : nullptr;
        ok_ = found != nullptr;
        return found;
    }
    jmethodID one_method(const char* type_name, const char* name, const char* signature) {
        jclass type = look(type_name);
        jmethodID found = method(type, name, signature);
        done(type);
        return found;
    }
    jmethodID static_method(jclass type, const char* name, const char* signature) {
        jmethodID found = ok_ ? env_->GetStaticMethodID(type, name, signature) : nullptr;
        ok_ = found != nullptr;
        return found;
    }
    jfieldID field(jclass type, const char* name, const char* signature) {
        jfieldID found = ok_ ? env_->GetFieldID(type, name, signature) : nullptr;
        ok_ = found != nullptr;
        return found;
    }
    bool ok() const { return ok_; }

private:
    JNIEnv* env_;
    bool ok_ = true;
};

void find_key_store(Finder& find) {
    jclass type = find.look("vn/cotmoc/KeyStore");
    auto& ids = types.key_store;
    ids.load = find.method(type, "load", "()[B");
    ids.save = find.method(type, "save", "([B)V");
    ids.hardware_secret = find.method(type, "hardwareSecret", "()[B");
    ids.begin_try = find.method(type, "beginTry", "()V");
    ids.opened = find.method(type, "opened", "()V");
    ids.forget_previous = find.method(type, "forgetPrevious", "()V");
    ids.load_recovery = find.method(type, "loadRecovery", "()[B");
    ids.save_recovery = find.method(type, "saveRecovery", "([B)V");
    find.done(type);
}

void find_transport(Finder& find) {
    jclass type = find.look("vn/cotmoc/Transport");
    auto& ids = types.transport;
    ids.open = find.method(type, "open", "(I)V");
    ids.send = find.method(type, "send", "([B)I");
    ids.receive = find.method(type, "receive", "([BI)I");
    ids.close = find.method(type, "close", "()V");
    ids.wake = find.method(type, "wake", "()V");
    find.done(type);
}

}  // namespace

const JavaTypes& java() { return types; }

bool load_java_types(JavaVM* machine, JNIEnv* env) {
    types.machine = machine;
    Finder find(env);
    types.native = find.keep("vn/cotmoc/Native");
    types.uncaught = find.static_method(types.native, "uncaught", "(Ljava/lang/Throwable;)V");
    types.exception = find.keep("vn/cotmoc/CotmocException");
    types.make_exception =
        find.method(types.exception, "<init>",
                    "(ILjava/lang/String;Ljava/lang/String;ILjava/lang/String;Ljava/lang/Throwable;)V");
    types.exception_status = find.field(types.exception, "status", "I");
    types.io_exception = find.keep("java/io/IOException");
    types.out_of_memory = find.keep("java/lang/OutOfMemoryError");
    types.row = find.one_method("vn/cotmoc/RowSink", "row", "(Ljava/lang/String;)Z");
    types.work = find.one_method("vn/cotmoc/Replica$Work", "run", "()V");
    types.changed = find.one_method("vn/cotmoc/ObserverBridge", "changed", "(Ljava/lang/String;)V");
    types.line = find.one_method("vn/cotmoc/LogBridge", "line", "(ILjava/lang/String;)V");
    types.progress = find.one_method("vn/cotmoc/ProgressBridge", "progress", "(IZJJJJJ)V");
    types.source_read = find.one_method("vn/cotmoc/AttachmentSource", "read", "(J[B)I");
    types.stream_write = find.one_method("java/io/OutputStream", "write", "([B)V");
    find_key_store(find);
    find_transport(find);
    return find.ok();
}

void unload_java_types(JNIEnv* env) {
    for (jclass type : {types.native, types.exception, types.io_exception, types.out_of_memory}) {
        if (type != nullptr) {
            env->DeleteGlobalRef(type);
        }
    }
    types = JavaTypes();
}

}  // namespace cotmoc::jni
