package vn.cotmoc;

/**
 * A list that is read one by one: what there was when it was opened, each as it is when it is read. It holds
 * neither a lock nor a transaction. Any thread.
 *
 * @param <T> {@link Record}, {@link Conflict}, or a map for {@link Replica#softConflicts}
 */
public final class Cursor<T> implements AutoCloseable {
    // What Native.cursorOpen reads.
    static final int RECORDS = 0;
    static final int CONFLICTS = 1;
    static final int SOFT_CONFLICTS = 2;

    /** Makes a value of JSON. */
    interface Reader<T> {
        T read(String json);
    }

    private final Replica replica; // is not collected before this
    private final Handle handle;
    private final Reader<T> reader;

    private Cursor(Replica replica, long pointer, Reader<T> reader) {
        this.replica = replica;
        this.reader = reader;
        handle = new Handle("cursor", pointer, Native::cursorFree);
        handle.belongsTo(this);
    }

    static <T> Cursor<T> open(Replica replica, int of, Query query, Reader<T> reader) throws CotmocException {
        Query asked = query == null ? new Query() : query;
        long pointer = replica.handle.use(
                at -> Native.cursorOpen(at, of, asked.texts(), asked.limit(), asked.flags()));
        return new Cursor<>(replica, pointer, reader);
    }

    /**
     * The next one. Reads from the disk.
     *
     * @return null at the end
     * @throws CotmocException {@code wrong_usage} once this or the replica is closed
     */
    public synchronized T next() throws CotmocException {
        String json = handle.use(Native::cursorNext);
        return json == null ? null : reader.read(json);
    }

    /** Twice is fine. */
    @Override
    public void close() {
        handle.close();
    }
}
