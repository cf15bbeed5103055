package vn.cotmoc;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Lets neighbours' devices sync with this one, without a hub: two phones in one Wi-Fi. How others learn of its address
 * is the app's: {@code NsdManager}, a QR code. {@link #run}: one thread at a time, {@code busy} for a second one;
 * {@link #cancel} and {@link #close}: any thread at any time.
 */
public final class Server implements AutoCloseable {
    /** Who is told what goes on. */
    public interface Listener {
        /**
         * It listens.
         *
         * @param address HOST:PORT
         */
        void listening(String address);

        /**
         * A session failed, or had something to exchange.
         *
         * @param session the object of {@code serve --json}
         */
        void ended(Map<String, Object> session);
    }

    /**
     * Once for each run: the virtual machine may collect an object during the last call of it, and then this, or its
     * replica, would be closed under a serve that goes on.
     */
    private static final List<Server> RUNNING = Collections.synchronizedList(new ArrayList<>());

    private final Replica replica; // is not collected before this
    private final Handle handle;

    /**
     * Does not listen yet.
     *
     * @param replica that neighbours sync with
     * @param address HOST:PORT of this machine, such as 0.0.0.0:7451; port 0 picks one
     * @throws CotmocException {@code wrong_usage}
     */
    public Server(Replica replica, String address) throws CotmocException {
        this.replica = replica;
        handle = new Handle("server", replica.handle.use(Native::serveNew), Native::serveFree);
        handle.belongsTo(this);
        try {
            handle.act(at -> Native.serveSetListen(at, address));
        } catch (CotmocException wrong) {
            handle.close();
            throw wrong;
        }
    }

    /**
     * Listens, and answers callers that the province has enrolled, one after the other, until it is cancelled. Takes
     * the thread. Other threads read and write meanwhile. A session is a sync like any other: while one goes on, a
     * sync of this replica is {@code busy}, and while that, a watch or a long call goes on, callers are told to come
     * again.
     *
     * @param executor runs the listener; if it refuses a call, that ends the run
     * @param listener is told of each session that is worth it
     * @throws CotmocException {@code cannot_listen}, {@code not_joined}, {@code revoked}; {@code busy} in a callback,
     *         while a sync runs and while the replica is suspended; {@code wrong_usage} once the replica is closed or
     *         the device has a new identity, after which it can run again; {@code internal} for what is thrown in a
     *         session
     */
    public void run(Executor executor, Listener listener) throws CotmocException {
        RowSink sink = json -> {
            Map<String, Object> told = Json.object(json);
            Object address = told.get("listening");
            executor.execute(() -> {
                if (address != null) {
                    listener.listening((String) address);
                } else {
                    listener.ended(told);
                }
            });
            return true;
        };
        RUNNING.add(this);
        try {
            handle.act(at -> Native.serveRun(at, sink));
        } finally {
            RUNNING.remove(this);
        }
    }

    /**
     * Ends the run that goes on; without one, the next run ends before it begins, and so it is if the one that begins
     * fails before it listens. A session under way ends where it is, and the next one goes on there.
     *
     * @throws CotmocException if it is closed
     */
    public void cancel() throws CotmocException {
        handle.act(Native::serveCancel);
    }

    /** Cancels what runs and does not wait for it: that call returns by itself. Twice is fine. */
    @Override
    public void close() {
        handle.close(Native::serveCancel);
    }
}
