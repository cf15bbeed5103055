#include "natives.hpp"

using namespace cotmoc::jni;

namespace {

bool load(JavaVM* machine, JNIEnv* env) {
    if (cotmoc_api_version() < COTMOC_API_VERSION || !load_java_types(machine, env)) {
        return false;
    }
    Methods all;
    for (const Methods& part :
         {replica_methods(), record_methods(), query_methods(), file_methods(), sync_methods()}) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return env->RegisterNatives(java().native, all.data(), static_cast<jint>(all.size())) == JNI_OK;
}

JNIEnv* environment(JavaVM* machine) {
    void* env = nullptr;
    return machine->GetEnv(&env, JNI_VERSION_1_6) == JNI_OK ? static_cast<JNIEnv*>(env) : nullptr;
}

}  // namespace

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* machine, void*) {
    JNIEnv* env = environment(machine);
    try {
        return env != nullptr && load(machine, env) ? JNI_VERSION_1_6 : JNI_ERR;
    } catch (...) {
        return JNI_ERR;
    }
}

extern "C" JNIEXPORT void JNICALL JNI_OnUnload(JavaVM* machine, void*) {
    if (JNIEnv* env = environment(machine); env != nullptr) {
        unload_java_types(env);
    }
}
