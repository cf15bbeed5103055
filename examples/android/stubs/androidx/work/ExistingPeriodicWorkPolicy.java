package androidx.work;

/** What the sample uses of androidx.work.ExistingPeriodicWorkPolicy. */
public enum ExistingPeriodicWorkPolicy {
    KEEP
}
