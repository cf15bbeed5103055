package androidx.work;

/** What the sample uses of androidx.work.ListenableWorker. */
public abstract class ListenableWorker {
    private final android.content.Context context;

    public ListenableWorker(android.content.Context context, WorkerParameters parameters) {
        this.context = context;
    }

    public final android.content.Context getApplicationContext() {
        return context;
    }

    public final boolean isStopped() {
        return false;
    }

    public void onStopped() {}

    public abstract static class Result {
        public static Result success() {
            throw new UnsupportedOperationException("a stub");
        }

        public static Result failure() {
            throw new UnsupportedOperationException("a stub");
        }

        public static Result retry() {
            throw new UnsupportedOperationException("a stub");
        }
    }
}
