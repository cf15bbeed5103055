package vn.cotmoc.sample;

import android.os.Handler;
import android.os.Looper;
import java.util.List;
import java.util.concurrent.Executor;
import vn.cotmoc.CotmocException;
import vn.cotmoc.Query;
import vn.cotmoc.Record;
import vn.cotmoc.Replica;
import vn.cotmoc.Subscription;

/** A list on a screen that follows what changes: by this person, or by a sync in the background. */
final class DelegationList implements AutoCloseable {
    /** Shows records; on the main thread. */
    interface Screen {
        void show(List<Record> records);

        void fail(String what, String advice);
    }

    private final Handler main = new Handler(Looper.getMainLooper());
    private final Query query = new Query("delegation").limit(200);
    private final Executor background;
    private final Replica replica;
    private final Screen screen;
    private final Subscription subscription;

    /** `background` runs one task after the other. */
    DelegationList(Replica replica, Executor background, Screen screen) throws CotmocException {
        this.replica = replica;
        this.background = background;
        this.screen = screen;
        // Observed first, then read: what comes between the two is told.
        subscription = replica.observe(query, background, change -> read());
        background.execute(this::read);
    }

    /** When the screen goes. */
    @Override
    public void close() {
        subscription.close();
    }

    private void read() {
        try {
            List<Record> records = replica.list(query);
            main.post(() -> screen.show(records));
        } catch (CotmocException failed) {
            main.post(() -> screen.fail(failed.what("vi"), failed.advice("vi")));
        }
    }
}
