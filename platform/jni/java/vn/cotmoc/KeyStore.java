package vn.cotmoc;

import java.io.IOException;

/**
 * Who keeps a device's key file: a file, the Android Keystore, a server. The file is sealed: it shows nothing to
 * whoever keeps it without the passphrase.
 *
 * <p>The methods run on the thread of the call that opens or makes a replica, or changes its passphrase or its
 * identity, or of the first one after a change of the trust. A method of that replica fails with {@code busy} there,
 * and in another thread after two seconds. What they throw comes out of that call; an
 * {@link IOException} as the cause of {@code io_error}.
 */
public interface KeyStore {
    /**
     * Gives what was saved last.
     *
     * @return the octets, or null if nothing was ever saved
     * @throws IOException if it cannot be read
     * @throws CotmocException such as {@link CotmocException#NO_KEY_CUSTODY}
     */
    byte[] load() throws IOException, CotmocException;

    /**
     * Keeps the octets: durable when it returns. What was saved before stays readable until then.
     *
     * @param octets the key file
     * @throws IOException if it cannot be written
     * @throws CotmocException another failure
     */
    void save(byte[] octets) throws IOException, CotmocException;

    /**
     * Whether {@link #hardwareSecret} gives something. Asked once, when the replica is opened.
     *
     * @return false by default
     */
    default boolean hasHardwareSecret() {
        return false;
    }

    /**
     * Gives 32 octets that never leave this device, always the same: the key file opens nowhere else then, and a PIN of
     * six characters is enough.
     *
     * @return a new array; the library wipes it
     * @throws IOException if they cannot be read
     * @throws CotmocException {@link CotmocException#NO_KEY_CUSTODY} if they cannot be reached now
     */
    default byte[] hardwareSecret() throws IOException, CotmocException {
        throw new CotmocException(CotmocException.NO_KEY_CUSTODY, "hardwareSecret");
    }

    /**
     * A PIN is about to be tried: counts the try durably. Goes with {@link #hardwareSecret}.
     *
     * @throws IOException if it cannot be counted
     * @throws CotmocException {@link CotmocException#TRIES_USED_UP} after the last one
     */
    default void beginTry() throws IOException, CotmocException {}

    /**
     * The key file was opened: tries count from none again.
     *
     * @throws IOException if that cannot be kept
     * @throws CotmocException another failure
     */
    default void opened() throws IOException, CotmocException {}

    /**
     * What was saved last has been opened: what was saved before it is of no use any more.
     *
     * @throws IOException if it cannot be removed
     * @throws CotmocException another failure
     */
    default void forgetPrevious() throws IOException, CotmocException {}

    /**
     * Whether {@link #loadRecovery} and {@link #saveRecovery} keep something. Asked once.
     *
     * @return false by default
     */
    default boolean keepsRecovery() {
        return false;
    }

    /**
     * The office's way to the data, kept beside the key file.
     *
     * @return the octets, or null if there are none
     * @throws IOException if they cannot be read
     * @throws CotmocException another failure
     */
    default byte[] loadRecovery() throws IOException, CotmocException {
        return null;
    }

    /**
     * Keeps it.
     *
     * @param octets empty: removes it
     * @throws IOException if it cannot be written
     * @throws CotmocException another failure
     */
    default void saveRecovery(byte[] octets) throws IOException, CotmocException {}
}
