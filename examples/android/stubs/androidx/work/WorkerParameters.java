package androidx.work;

/** What the sample uses of androidx.work.WorkerParameters. */
public final class WorkerParameters {
    private WorkerParameters() {}
}
