// What the tests of the Java classes need of the process: how much native memory is in use, and a thread that
// Java does not know.
#include <cotmoc/cotmoc.h>

#include <jni.h>

#include <malloc.h>

#include <thread>

extern "C" JNIEXPORT jlong JNICALL Java_vn_cotmoc_Probe_nativeHeap(JNIEnv*, jclass) {
    malloc_trim(0);
    const auto heap = mallinfo2();
    return static_cast<jlong>(heap.uordblks + heap.hblkhd);
}

// The sync calls Transport.wake on this thread.
extern "C" JNIEXPORT jint JNICALL Java_vn_cotmoc_Probe_cancelFromNativeThread(JNIEnv*, jclass, jlong sync) {
    cotmoc_status status = COTMOC_INTERNAL;
    std::thread([&] { status = cotmoc_sync_cancel(reinterpret_cast<cotmoc_sync*>(sync), nullptr); }).join();
    return status;
}
