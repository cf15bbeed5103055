package vn.cotmoc;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * A driver of syncs of one replica. Setters, {@link #run}, {@link #watch} and {@link #prune}: one thread at a time,
 * {@code busy} for a second one; {@link #request}, {@link #networkChanged}, {@link #setHints}, {@link #cancel} and
 * {@link #close}: any thread at any time.
 */
public final class SyncEngine implements AutoCloseable {
    /** Which attached files go along. */
    public enum Carry {
        /** None. */
        NONE,
        /** What was attached here, thumbnails, and what is small enough. */
        SMALL,
        /** All. */
        ALL
    }

    /** Who is told of each session of {@link #watch}. */
    public interface SessionListener {
        /**
         * A session is over.
         *
         * @param session the object of {@code sync --json} with "error" and "next_ms"
         */
        void ended(Map<String, Object> session);
    }

    private final Replica replica; // is not collected before this
    private final Handle handle;

    SyncEngine(Replica replica, long pointer) {
        this.replica = replica;
        handle = new Handle("sync", pointer, Native::syncFree);
        handle.belongsTo(this);
    }

    /**
     * The hub over TCP; remembered in the replica for the next time.
     *
     * @param address HOST:PORT
     * @return this
     * @throws CotmocException {@code wrong_usage}
     */
    public SyncEngine setHub(String address) throws CotmocException {
        handle.act(at -> Native.syncSetHub(at, address));
        return this;
    }

    /**
     * A pipe by the app instead.
     *
     * @param transport null: none any more
     * @return this
     * @throws CotmocException {@code busy} while it runs
     */
    public SyncEngine setTransport(Transport transport) throws CotmocException {
        handle.act(at -> Native.syncSetTransport(at, transport));
        return this;
    }

    /**
     * Who is told how far it is. If the executor refuses a call, the sync is cancelled and what the executor threw
     * comes out of {@link #run}; so does what the listener throws if the executor runs it at once.
     *
     * @param executor runs the listener
     * @param listener null: nobody any more
     * @return this
     * @throws CotmocException {@code busy} while it runs
     */
    public SyncEngine setProgress(Executor executor, ProgressListener listener) throws CotmocException {
        ProgressBridge bridge = listener == null ? null : new ProgressBridge(executor, listener);
        handle.act(at -> Native.syncSetProgress(at, bridge));
        return this;
    }

    /**
     * Which attached files go along. Default: small with 16 MiB; none while the link is metered.
     *
     * @param carry which
     * @param octetsMax of {@link Carry#SMALL}: what is at most so long
     * @return this
     * @throws CotmocException {@code busy} while it runs
     */
    public SyncEngine setAttachments(Carry carry, long octetsMax) throws CotmocException {
        handle.act(at -> Native.syncSetAttachments(at, carry.ordinal(), octetsMax));
        return this;
    }

    /**
     * A neighbour's device that serves, instead of the hub.
     *
     * @param peer DEVICE@HOST:PORT, or DEVICE with a transport; null: the hub again
     * @return this
     * @throws CotmocException {@code busy} while it runs; {@link #run} says {@code unknown_device}, {@code revoked}
     */
    public SyncEngine setPeer(String peer) throws CotmocException {
        handle.act(at -> Native.syncSetPeer(at, peer));
        return this;
    }

    /**
     * Fetches this file in the next runs, whatever {@link #setAttachments} says and however large it is.
     *
     * @param id which record
     * @param field its field
     * @param name the file's, or six digits of its id; null: the only one
     * @param thumbnail its small picture instead
     * @return this
     * @throws CotmocException {@code unknown_record}, {@code unknown_attachment}; {@code busy} while it runs
     */
    public SyncEngine want(String id, String field, String name, boolean thumbnail) throws CotmocException {
        handle.act(at -> Native.syncWant(at, id, field, name, thumbnail));
        return this;
    }

    /**
     * Syncs until nothing is left to exchange. Waits for the network.
     *
     * @return as {@link #run(long, long)}
     * @throws CotmocException as {@link #run(long, long)}
     */
    public Map<String, Object> run() throws CotmocException {
        return run(0, 0);
    }

    /**
     * One slice: until nothing is left to exchange or so much is used. What has arrived is committed whatever the end,
     * and the next slice goes on from there; a limit or a cancel is no error. Waits for the network.
     *
     * @param octetsMax octets over the pipe; 0: no limit
     * @param msMax milliseconds; 0: no limit
     * @return the object of {@code sync --json}
     * @throws CotmocException the error of the last session; {@link CotmocException#retry} says whether the next slice
     *         may succeed by itself, {@link CotmocException#report} how far it came
     */
    public Map<String, Object> run(long octetsMax, long msMax) throws CotmocException {
        return Json.object(handle.use(at -> Native.syncRun(at, octetsMax, msMax)));
    }

    /**
     * Runs sessions whenever there is a reason, with back-off after failures, until it is cancelled. Takes the thread.
     *
     * @param intervalMs milliseconds after which a session begins by itself; 0: never
     * @param executor runs the listener; if it refuses a call, that ends the watch
     * @param listener is told of each session
     * @throws CotmocException if it cannot go on
     */
    public void watch(long intervalMs, Executor executor, SessionListener listener) throws CotmocException {
        RowSink sink = json -> {
            executor.execute(() -> listener.ended(Json.object(json)));
            return true;
        };
        handle.act(at -> Native.syncWatch(at, intervalMs, sink));
    }

    /**
     * Makes room on a post's or a district's device: a session with the hub that asks for its snapshots, then drops
     * the octets of old change sets that a snapshot and the province cover. No record, state or digest changes; the
     * history of what was dropped is {@code history_not_here} from then on. Waits for the network.
     *
     * @param space null: all
     * @return the objects of {@code prune --json}; empty after a cancel
     * @throws CotmocException {@code not_allowed} for a province's device, which keeps all; {@code unknown_space},
     *         {@code not_joined}, {@code wrong_usage} with a peer, {@code busy} while a sync runs, and the errors of
     *         {@link #run(long, long)}: nothing was dropped then
     */
    public List<Map<String, Object>> prune(String space) throws CotmocException {
        return Json.asObjects(Json.parse(handle.use(at -> Native.syncPrune(at, space))));
    }

    /**
     * There is something to send, or a person asks.
     *
     * @throws CotmocException if it is closed
     */
    public void request() throws CotmocException {
        handle.act(Native::syncRequest);
    }

    /**
     * A hint of the system: what failed before may work now.
     *
     * @throws CotmocException if it is closed
     */
    public void networkChanged() throws CotmocException {
        handle.act(Native::syncNetworkChanged);
    }

    /**
     * Hints of the system.
     *
     * @param metered octets cost money
     * @param batteryLow a watch starts no session that nobody asked for
     * @throws CotmocException if it is closed
     */
    public void setHints(boolean metered, boolean batteryLow) throws CotmocException {
        handle.act(at -> Native.syncSetHints(at, metered, batteryLow));
    }

    /**
     * Ends the run or watch that goes on, as soon as what has arrived is committed; its report has "complete" false.
     * Without one, the next run ends before it begins.
     *
     * @throws CotmocException if it is closed
     */
    public void cancel() throws CotmocException {
        handle.act(Native::syncCancel);
    }

    Handle handle() {
        return handle;
    }

    /** Cancels what runs and does not wait for it: that call returns by itself. Twice is fine. */
    @Override
    public void close() {
        handle.close(Native::syncCancel);
    }
}
