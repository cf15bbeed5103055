package android.os;

/** What the sample uses of android.os.Looper. */
public final class Looper {
    public static Looper getMainLooper() {
        throw new UnsupportedOperationException("a stub");
    }
}
