package vn.cotmoc;

/** Who is told how far a sync is. */
public interface ProgressListener {
    /**
     * It moved. On the executor given with the listener.
     *
     * @param progress how far it is
     */
    void progress(Progress progress);
}
