package vn.cotmoc;

import java.util.concurrent.Executor;

/** What native code calls for an Observer. */
final class ObserverBridge {
    private final Executor executor;
    private final Observer observer;
    private volatile boolean over;

    ObserverBridge(Executor executor, Observer observer) {
        if (executor == null || observer == null) {
            throw new NullPointerException("executor and observer are needed");
        }
        this.executor = executor;
        this.observer = observer;
    }

    void changed(String json) {
        executor.execute(() -> {
            if (!over) {
                observer.changed(new Change(json));
            }
        });
    }

    void end() {
        over = true;
    }
}
