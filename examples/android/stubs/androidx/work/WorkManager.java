package androidx.work;

/** What the sample uses of androidx.work.WorkManager. */
public abstract class WorkManager {
    public static WorkManager getInstance(android.content.Context context) {
        throw new UnsupportedOperationException("a stub");
    }

    public abstract Object enqueueUniquePeriodicWork(String name, ExistingPeriodicWorkPolicy policy,
            PeriodicWorkRequest request);
}
