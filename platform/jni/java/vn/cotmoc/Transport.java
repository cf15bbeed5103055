package vn.cotmoc;

import java.io.IOException;

/**
 * A byte pipe to the hub by the app: a WebSocket, Bluetooth, a proxy. What goes over it is encrypted and
 * authenticated by the library. All but {@link #wake} are called on the thread that runs the sync; there is one
 * pipe at a time.
 *
 * <p>An {@link IOException} ends the session as {@code connection_failed} out of {@link #open}, else as
 * {@code connection_lost}; a {@link CotmocException} with its own number, any other exception as it is.
 */
public interface Transport {
    /**
     * Connects.
     *
     * @param timeoutMs milliseconds that it may take
     * @throws IOException if it cannot
     * @throws CotmocException such as {@link CotmocException#NO_ANSWER}
     */
    void open(int timeoutMs) throws IOException, CotmocException;

    /**
     * Takes what it can without waiting long; the rest is offered again.
     *
     * @param octets what is to be sent
     * @return how many of them were taken, from the first on
     * @throws IOException if the connection is lost
     * @throws CotmocException another failure
     */
    int send(byte[] octets) throws IOException, CotmocException;

    /**
     * Waits for octets.
     *
     * @param into gets them; not to be kept
     * @param timeoutMs milliseconds to wait
     * @return how many have come; 0 if none; -1 once the other side has closed and everything was read
     * @throws IOException if the connection is lost
     * @throws CotmocException another failure
     */
    int receive(byte[] into, int timeoutMs) throws IOException, CotmocException;

    /** Once after each {@link #open} that succeeded. */
    void close();

    /** Makes a {@link #receive} that waits return at once. On any thread. */
    default void wake() {}
}
