// Classes, methods and fields of Java that native code uses, looked up once.
#pragma once

#include <jni.h>

namespace cotmoc::jni {

/// Filled by load_java_types and constant from then on. Classes are global references that live as long as
/// the library, which a virtual machine unloads only with the class loader of Native.
struct JavaTypes {
    JavaVM* machine = nullptr;
    jclass native = nullptr;
    jmethodID uncaught = nullptr;
    jclass exception = nullptr;
    jmethodID make_exception = nullptr;
    jfieldID exception_status = nullptr;
    jclass io_exception = nullptr;
    jclass out_of_memory = nullptr;
    jmethodID row = nullptr;
    jmethodID work = nullptr;
    jmethodID changed = nullptr;
    jmethodID line = nullptr;
    jmethodID progress = nullptr;
    jmethodID source_read = nullptr;
    jmethodID stream_write = nullptr;

    struct KeyStore {
        jmethodID load = nullptr;
        jmethodID save = nullptr;
        jmethodID hardware_secret = nullptr;
        jmethodID begin_try = nullptr;
        jmethodID opened = nullptr;
        jmethodID forget_previous = nullptr;
        jmethodID load_recovery = nullptr;
        jmethodID save_recovery = nullptr;
    } key_store;

    struct Transport {
        jmethodID open = nullptr;
        jmethodID send = nullptr;
        jmethodID receive = nullptr;
        jmethodID close = nullptr;
        jmethodID wake = nullptr;
    } transport;
};

const JavaTypes& java();

/// False with a pending exception if something is missing.
bool load_java_types(JavaVM* machine, JNIEnv* env);
void unload_java_types(JNIEnv* env);

}  // namespace cotmoc::jni
