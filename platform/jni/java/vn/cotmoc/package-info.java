/**
 * Records that are written offline at border posts, signed, encrypted and merged: cotmoc for Java and Android.
 *
 * <p>Begin with {@link vn.cotmoc.Replica}. Text is ordinary {@link java.lang.String}: every letter and emoji
 * survives; a half of a surrogate pair is refused with {@code invalid_utf8}. Values of fields are those of
 * {@link vn.cotmoc.Json}.
 *
 * <p><b>Threads.</b> A {@link vn.cotmoc.Replica} and what comes from it may be used from any thread; calls wait for
 * each other. One thread at a time, where a class says so: {@link vn.cotmoc.SyncEngine}, the run of a
 * {@link vn.cotmoc.Server}, {@link vn.cotmoc.ReplicaOptions}, {@link vn.cotmoc.Query}, {@link vn.cotmoc.Edits}. What
 * waits for a disk or a network says so: do not call it on the main thread of an app. Callbacks that only tell
 * something ({@link vn.cotmoc.Observer}, {@link vn.cotmoc.ProgressListener}, {@link vn.cotmoc.LogSink}) run on the
 * {@link java.util.concurrent.Executor} given with them. Callbacks that answer something ({@link vn.cotmoc.KeyStore},
 * {@link vn.cotmoc.Transport}, rows, batches) run on the thread of the call that needs the answer.
 *
 * <p><b>Exceptions.</b> A call that fails throws {@link vn.cotmoc.CotmocException} and has changed nothing, unless
 * it says otherwise. An exception that a callback throws comes out of the call that needed the callback, as it
 * is; an {@link java.io.IOException} becomes the cause of a {@link vn.cotmoc.CotmocException}. What a callback on
 * an executor throws is the executor's; with an executor that runs it at once it goes to the uncaught exception
 * handler of the thread, since what was committed stays committed.
 *
 * <p><b>Closing.</b> What is {@link java.lang.AutoCloseable} holds native memory or a passphrase: close it. A call
 * that still goes on in another thread ends in peace, and calls after it fail with {@code wrong_usage}.
 */
package vn.cotmoc;
