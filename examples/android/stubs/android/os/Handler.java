package android.os;

/** What the sample uses of android.os.Handler. */
public class Handler {
    public Handler(Looper looper) {
        throw new UnsupportedOperationException("a stub");
    }

    public final boolean post(Runnable task) {
        throw new UnsupportedOperationException("a stub");
    }
}
