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

    /**
     * Makes an {@link #open} or {@link #receive} that waits return at once, by whatever exception or result, or the
     * next one if none waits yet; where it does nothing, a cancel waits for {@link #open}. On any thread, from several
     * at once, and at the same time as {@link #open}, {@link #send} and {@link #receive}, so what it uses must be there
     * before {@link #open} begins. It is called only between the beginning of an {@link #open} and that of its
     * {@link #close}, or the end of an {@link #open} that fails: {@link #close} waits until it has returned. It must
     * not wait for the sync.
     */
    default void wake() {}
}
