package vn.cotmoc;

import java.util.concurrent.Executor;

/** What native code calls for a LogSink. */
final class LogBridge {
    private static final LogSink.Level[] LEVELS = LogSink.Level.values();

    private final Executor executor;
    private final LogSink sink;

    LogBridge(Executor executor, LogSink sink) {
        this.executor = executor;
        this.sink = sink;
    }

    void line(int level, String line) {
        LogSink.Level known = LEVELS[Math.max(0, Math.min(level, LEVELS.length - 1))];
        executor.execute(() -> sink.line(known, line));
    }
}
