package vn.cotmoc;

/** Who is told that the result of a query changed. */
public interface Observer {
    /**
     * After each commit that changed the result, by this device or by a sync. On the executor given with the observer,
     * in the order of the commits if that keeps one. With an executor that runs it at once it may call everything
     * of the replica but close, suspend and running a sync, and may not wait for a thread that uses the replica.
     *
     * @param change what came, changed and went
     */
    void changed(Change change);
}
