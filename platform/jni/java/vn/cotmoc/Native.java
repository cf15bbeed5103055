package vn.cotmoc;

/** The functions of platform/jni/src, over the C interface. Handles are passed as they are: Handle guards them. */
final class Native {
    static {
        System.loadLibrary("cotmoc_jni");
    }

    private Native() {}

    static native String version();

    static native String statusName(int status);

    static native int statusRetry(int status);

    static native String statusWhat(int status, String language);

    static native String statusAdvice(int status, String language);

    // Replicas. `texts`: directory, language, state directory, program, kdf, and the name if one is made.
    static native long open(boolean make, String[] texts, byte[] passphrase, KeyStore keyStore, boolean hardware,
            boolean recovery, LogBridge log, int level) throws CotmocException;

    /** `what` is a number of Device; the last text is the office's answer. */
    static native String device(int what, String[] texts, byte[] passphrase, KeyStore keyStore, boolean hardware,
            boolean recovery, LogBridge log, int level) throws CotmocException;

    static native void replicaClose(long replica) throws CotmocException;

    static native void replicaFree(long replica);

    static native void suspend(long replica) throws CotmocException;

    static native void resume(long replica) throws CotmocException;

    /** `what` is a number of View. */
    static native String view(long replica, int what) throws CotmocException;

    static native String grantFingerprint(String grant) throws CotmocException;

    static native void join(long replica, String grant, String root) throws CotmocException;

    static native String requestRemote(long replica, String message) throws CotmocException;

    static native void joinRemote(long replica, String grant, String code) throws CotmocException;

    static native String rejoin(long replica, byte[] passphrase, String name) throws CotmocException;

    static native void changePassphrase(long replica, byte[] current, byte[] fresh) throws CotmocException;

    static native String release(long replica, String hash) throws CotmocException;

    static native void batch(long replica, Replica.Work work) throws CotmocException;

    // Records.
    static native String recordAdd(long replica, String kind, String space, String id, String fields)
            throws CotmocException;

    static native String recordEdit(long replica, String id, String edits) throws CotmocException;

    static native void recordDelete(long replica, String id) throws CotmocException;

    static native String recordRestore(long replica, String id) throws CotmocException;

    static native String recordImport(long replica, String line) throws CotmocException;

    static native String recordGet(long replica, String id) throws CotmocException;

    static native String recordVersions(long replica, String id) throws CotmocException;

    static native String recordHistory(long replica, String id) throws CotmocException;

    static native String recordRevert(long replica, String id, String change) throws CotmocException;

    static native String recordMerge(long replica, String id, String other) throws CotmocException;

    static native String recordSeparate(long replica, String id) throws CotmocException;

    static native String recordDuplicates(long replica, String kind, String space) throws CotmocException;

    // Conflicts.
    static native String conflictList(long replica, String id) throws CotmocException;

    static native String conflictSoft(long replica, String id) throws CotmocException;

    static native void conflictTake(long replica, String id, String field, int number, String shown)
            throws CotmocException;

    static native void conflictSet(long replica, String id, String field, String value, String shown)
            throws CotmocException;

    static native void conflictAcknowledge(long replica, String id, String field, String shown)
            throws CotmocException;

    // Queries. `query`: kind, space, words, then field and value of each condition; `flags`: 1 deleted, 2 conflicts.
    /** `of` is a number of Cursor. */
    static native long cursorOpen(long replica, int of, String[] query, long limit, int flags)
            throws CotmocException;

    static native String cursorNext(long cursor) throws CotmocException;

    static native void cursorFree(long cursor);

    static native void sql(long replica, String statement, RowSink sink) throws CotmocException;

    static native void audit(long replica, RowSink sink) throws CotmocException;

    static native void export(long replica, String kind, String space, RowSink sink) throws CotmocException;

    static native void exportCsv(long replica, String kind, String space, RowSink sink) throws CotmocException;

    static native String report(long replica, String space, String from, String to) throws CotmocException;

    // Observers.
    static native long observeQuery(long replica, String[] query, long limit, int flags, ObserverBridge bridge)
            throws CotmocException;

    static native long observeRecord(long replica, String id, ObserverBridge bridge) throws CotmocException;

    static native void subscriptionFree(long subscription);

    // Attachments.
    static native String attach(long replica, String id, String field, String name, String mediaType,
            AttachmentSource source, long octets) throws CotmocException;

    static native String attachFile(long replica, String id, String field, String path) throws CotmocException;

    static native String attachmentList(long replica, String id, String field) throws CotmocException;

    static native void attachmentRead(long replica, String id, String field, String name,
            java.io.OutputStream to) throws CotmocException;

    static native void attachmentSave(long replica, String id, String field, String name, String path)
            throws CotmocException;

    static native void thumbnailRead(long replica, String id, String field, String name,
            java.io.OutputStream to) throws CotmocException;

    static native void detach(long replica, String id, String field, String name) throws CotmocException;

    // Bundles.
    static native String bundleExport(long replica, String path, String reader, long volumeSize,
            boolean everything, long attachmentsMax) throws CotmocException;

    static native String exportSigned(long replica, String path) throws CotmocException;

    static native String verifyFile(String path, String root) throws CotmocException;

    static native String bundleImport(long replica, String[] paths, String answer) throws CotmocException;

    static native String bundleInspect(String path) throws CotmocException;

    // Syncs.
    static native long syncNew(long replica) throws CotmocException;

    static native void syncFree(long sync);

    static native void syncSetHub(long sync, String address) throws CotmocException;

    static native void syncSetTransport(long sync, Transport transport) throws CotmocException;

    static native void syncSetProgress(long sync, ProgressBridge bridge) throws CotmocException;

    static native void syncSetAttachments(long sync, int carry, long octetsMax) throws CotmocException;

    static native void syncSetPeer(long sync, String peer) throws CotmocException;

    static native void syncWant(long sync, String id, String field, String name, boolean thumbnail)
            throws CotmocException;

    static native String syncRun(long sync, long octetsMax, long msMax) throws CotmocException;

    static native void syncWatch(long sync, long intervalMs, RowSink ended) throws CotmocException;

    static native String syncPrune(long sync, String space) throws CotmocException;

    static native void syncRequest(long sync) throws CotmocException;

    static native void syncNetworkChanged(long sync) throws CotmocException;

    static native void syncSetHints(long sync, boolean metered, boolean batteryLow) throws CotmocException;

    static native void syncCancel(long sync) throws CotmocException;

    // Serving.
    static native long serveNew(long replica) throws CotmocException;

    static native void serveFree(long serve);

    static native void serveSetListen(long serve, String address) throws CotmocException;

    static native void serveRun(long serve, RowSink told) throws CotmocException;

    static native void serveCancel(long serve) throws CotmocException;

    /** For native code: what a callback threw where no call can tell it. */
    static void uncaught(Throwable thrown) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
    }
}
