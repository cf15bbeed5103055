package vn.cotmoc;

/** tests/jni/native/probe.cpp */
final class Probe {
    static {
        System.loadLibrary("cotmoc_jni_probe");
    }

    private Probe() {}

    /** Octets that malloc has given and that were not freed. */
    static native long nativeHeap();

    static native int cancelFromNativeThread(long sync);
}
