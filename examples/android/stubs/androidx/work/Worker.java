package androidx.work;

/** What the sample uses of androidx.work.Worker. */
public abstract class Worker extends ListenableWorker {
    public Worker(android.content.Context context, WorkerParameters parameters) {
        super(context, parameters);
    }

    public abstract Result doWork();
}
