package vn.cotmoc;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** What native code calls for an Observer. */
final class ObserverBridge {
    private final Executor executor;
    private final Observer observer;
    private volatile boolean over;
    private volatile boolean lost; // written by the one call that tells at a time

    ObserverBridge(Executor executor, Observer observer) {
        if (executor == null || observer == null) {
            throw new NullPointerException("executor and observer are needed");
        }
        this.executor = executor;
        this.observer = observer;
    }

    void changed(String json) {
        boolean afterLoss = lost;
        lost = false;
        try {
            executor.execute(() -> {
                if (!over) {
                    observer.changed(new Change(json, afterLoss));
                }
            });
        } catch (RejectedExecutionException full) {
            lost = true;
            throw full;
        }
    }

    void end() {
        over = true;
    }
}
