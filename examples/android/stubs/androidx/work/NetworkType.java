package androidx.work;

/** What the sample uses of androidx.work.NetworkType. */
public enum NetworkType {
    CONNECTED
}
