package vn.cotmoc;

/**
 * A list that is read one by one: what there was when it was opened, each as it is when it is read. It holds
 * neither a lock nor a transaction. Any thread.
 *
 * @param <T> {@link Record} or {@link Conflict}
 */
public final class Cursor<T> implements AutoCloseable {
    /** Makes a value of JSON. */
    interface Reader<T> {
        T read(String json);
    }

    private final Replica replica; // is not collected before this
    private final Handle handle;
    private final Reader<T> reader;

    Cursor(Replica replica, long pointer, Reader<T> reader) {
        this.replica = replica;
        this.reader = reader;
        handle = new Handle("cursor", pointer, Native::cursorFree);
        handle.belongsTo(this);
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
