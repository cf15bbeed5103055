package vn.cotmoc.sample;

import android.content.Context;
import android.net.ConnectivityManager;
import androidx.work.Constraints;
import androidx.work.ExistingPeriodicWorkPolicy;
import androidx.work.NetworkType;
import androidx.work.PeriodicWorkRequest;
import androidx.work.WorkManager;
import androidx.work.Worker;
import androidx.work.WorkerParameters;
import java.util.concurrent.TimeUnit;
import vn.cotmoc.CotmocException;
import vn.cotmoc.Replica;
import vn.cotmoc.SyncEngine;

/**
 * Syncs in slices while the system allows it. The system gives a worker ten minutes; what is left goes with the
 * next slice.
 */
public final class SyncWorker extends Worker {
    /** The province's; an app has it from its settings. */
    private static final String HUB = "hub.example:7000";
    private static final long SLICE_MS = 8 * 60 * 1000;
    private static final long METERED_OCTETS = 2 * 1024 * 1024;

    private final Object lock = new Object();
    private SyncEngine running;

    /** As WorkManager makes it. */
    public SyncWorker(Context context, WorkerParameters parameters) {
        super(context, parameters);
    }

    /** Every quarter of an hour with a network, from the first start of the app on. */
    public static void schedule(Context context) {
        Constraints network = new Constraints.Builder().setRequiredNetworkType(NetworkType.CONNECTED).build();
        PeriodicWorkRequest request = new PeriodicWorkRequest.Builder(SyncWorker.class, 15, TimeUnit.MINUTES)
                .setConstraints(network).build();
        WorkManager.getInstance(context).enqueueUniquePeriodicWork("sync", ExistingPeriodicWorkPolicy.KEEP, request);
    }

    @Override
    public Result doWork() {
        Replica replica = Replicas.unlocked();
        if (replica == null) {
            // Locked: the keys are not in memory, and nobody is here to type the PIN.
            return Result.success();
        }
        ConnectivityManager network =
                (ConnectivityManager) getApplicationContext().getSystemService(Context.CONNECTIVITY_SERVICE);
        boolean metered = network.isActiveNetworkMetered();
        try (SyncEngine engine = replica.sync()) {
            synchronized (lock) {
                running = engine;
            }
            engine.setHub(HUB);
            engine.setHints(metered, false);
            if (isStopped()) {
                return Result.retry();
            }
            engine.run(metered ? METERED_OCTETS : 0, SLICE_MS);
            return Result.success();
        } catch (CotmocException failed) {
            // What cannot succeed by itself is shown to a person when the app is opened.
            return failed.retry() == CotmocException.Retry.NEVER ? Result.failure() : Result.retry();
        } finally {
            synchronized (lock) {
                running = null;
            }
        }
    }

    /** The system wants its time back: what has arrived is committed, and run returns. */
    @Override
    public void onStopped() {
        synchronized (lock) {
            if (running != null) {
                try {
                    running.cancel();
                } catch (CotmocException closed) {
                    // It has just ended.
                }
            }
        }
    }
}
