package vn.cotmoc;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.HashSet;
import java.util.Set;

/**
 * A native handle and who uses it now. It is freed once it is closed and nobody is inside a call any more, so a
 * close never waits, not even one out of a callback. What an app forgot to close is freed when the next handle is made
 * after its owner was collected, by a thread that is not inside a call.
 */
final class Handle {
    /** A call with the handle. */
    interface Use<T> {
        T with(long pointer) throws CotmocException;
    }

    /** A call that returns nothing. */
    interface Act {
        void with(long pointer) throws CotmocException;
    }

    /** Gives it back. */
    interface Free {
        void free(long pointer);
    }

    /** Keeps the handle, and not its owner. */
    private static final class Owner extends PhantomReference<Object> {
        final Handle handle;

        Owner(Object owner, Handle handle) {
            super(owner, FORGOTTEN);
            this.handle = handle;
        }
    }

    private static final ReferenceQueue<Object> FORGOTTEN = new ReferenceQueue<>();
    private static final Set<Owner> OWNERS = new HashSet<>();

    /** How many calls this thread is inside: there it may have the lock of a replica, or an open transaction. */
    private static final ThreadLocal<int[]> INSIDE = new ThreadLocal<int[]>() {
        @Override
        protected int[] initialValue() {
            return new int[1];
        }
    };

    private final String what;
    private final Free free;
    private long pointer;
    private int users;
    private boolean closed;
    private Owner owner;

    Handle(String what, long pointer, Free free) {
        this.what = what;
        this.pointer = pointer;
        this.free = free;
    }

    /** To be called last in the owner's constructor. */
    void belongsTo(Object peer) {
        Owner mine = new Owner(peer, this);
        synchronized (OWNERS) {
            OWNERS.add(mine);
        }
        synchronized (this) {
            owner = mine;
        }
        freeForgotten();
    }

    /** It may have to wait for a replica, so inside a call, which is where callbacks are, it leaves all for later. */
    static void freeForgotten() {
        if (INSIDE.get()[0] != 0) {
            return;
        }
        for (Object found = FORGOTTEN.poll(); found != null; found = FORGOTTEN.poll()) {
            ((Owner) found).handle.close();
        }
    }

    /** For tests: how many handles nobody has closed or lost. */
    static int owners() {
        synchronized (OWNERS) {
            return OWNERS.size();
        }
    }

    <T> T use(Use<T> call) throws CotmocException {
        long at = enter();
        try {
            return call.with(at);
        } finally {
            leave();
        }
    }

    void act(Act call) throws CotmocException {
        long at = enter();
        try {
            call.with(at);
        } finally {
            leave();
        }
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /**
     * Nobody begins another call, and then comes a last one, such as a cancel of what runs: the other way round a run
     * could begin between the two. Twice is fine.
     */
    void close(Act last) {
        long at;
        synchronized (this) {
            if (closed) {
                return;
            }
            at = begin();
            closed = true;
        }
        try {
            last.with(at);
        } catch (CotmocException closedMeanwhile) {
            // The replica is: nothing runs any more.
        } finally {
            leave();
            close();
        }
    }

    /** Twice is fine. */
    void close() {
        Owner mine;
        synchronized (this) {
            closed = true;
            mine = owner;
            owner = null;
        }
        if (mine != null) {
            synchronized (OWNERS) {
                OWNERS.remove(mine);
            }
        }
        freeIfDone();
    }

    private synchronized long enter() throws CotmocException {
        if (closed) {
            throw new CotmocException(CotmocException.WRONG_USAGE, "the " + what + " is closed");
        }
        return begin();
    }

    /** By who has the monitor. */
    private long begin() {
        users++;
        INSIDE.get()[0]++;
        return pointer;
    }

    private void leave() {
        INSIDE.get()[0]--;
        synchronized (this) {
            users--;
        }
        freeIfDone();
    }

    private void freeIfDone() {
        long mine;
        synchronized (this) {
            if (!closed || users != 0 || pointer == 0) {
                return;
            }
            mine = pointer;
            pointer = 0;
        }
        free.free(mine);
    }
}
