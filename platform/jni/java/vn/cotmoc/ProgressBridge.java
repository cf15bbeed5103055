package vn.cotmoc;

import java.util.concurrent.Executor;

/** What native code calls for a ProgressListener. */
final class ProgressBridge {
    private final Executor executor;
    private final ProgressListener listener;

    ProgressBridge(Executor executor, ProgressListener listener) {
        this.executor = executor;
        this.listener = listener;
    }

    /** What it throws (the executor rejects it, or runs it at once and it throws) cancels the sync. */
    void progress(int stage, boolean noProgress, long octetsUp, long octetsDown, long changeSets, long expected,
            long leftMs) {
        Progress progress = new Progress(stage, noProgress, octetsUp, octetsDown, changeSets, expected, leftMs);
        executor.execute(() -> listener.progress(progress));
    }
}
