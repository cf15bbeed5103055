package vn.cotmoc;

import java.util.Arrays;
import java.util.concurrent.Executor;

/** What a replica is opened with. One thread at a time; may open several replicas. */
public final class ReplicaOptions implements AutoCloseable {
    private final String directory;
    private byte[] passphrase;
    private KeyStore keyStore;
    private LogBridge log;
    private int level;
    private String language;
    private String stateDirectory;
    private String program;
    private String kdf;

    /**
     * With the passphrase's octets, which are copied.
     *
     * @param directory the folder of the replica, which is the library's own; one process at a time has it open
     * @param passphrase octets; they count as they are
     */
    public ReplicaOptions(String directory, byte[] passphrase) {
        this.directory = directory;
        this.passphrase = passphrase.clone();
    }

    /**
     * Who keeps the key file. Default: a file in the directory.
     *
     * @param store called on the thread of the call that needs it
     * @return this
     */
    public ReplicaOptions keyStore(KeyStore store) {
        keyStore = store;
        return this;
    }

    /**
     * Where the library tells what it does.
     *
     * @param executor runs the sink
     * @param least lines of this level and above
     * @param sink gets the lines
     * @return this
     */
    public ReplicaOptions log(Executor executor, LogSink.Level least, LogSink sink) {
        log = new LogBridge(executor, sink);
        level = least.ordinal();
        return this;
    }

    /**
     * The language of the few words for people in what is returned.
     *
     * @param name "vi" or "en" (the default)
     * @return this
     */
    public ReplicaOptions language(String name) {
        language = name;
        return this;
    }

    /**
     * A folder that a restored backup of the directory does not bring back, such as that of
     * {@code Context.getNoBackupFilesDir()}: a restored replica is noticed by it before it meets a hub.
     *
     * @param path a folder
     * @return this
     */
    public ReplicaOptions stateDirectory(String path) {
        stateDirectory = path;
        return this;
    }

    /**
     * Who has the directory open, as another process is told.
     *
     * @param name of the app
     * @return this
     */
    public ReplicaOptions program(String name) {
        program = name;
        return this;
    }

    /**
     * What one try of the passphrase of a new replica costs.
     *
     * @param preset "desktop", "phone" (the default) or "low"
     * @return this
     */
    public ReplicaOptions kdf(String preset) {
        kdf = preset;
        return this;
    }

    /** Wipes the copy of the passphrase; the options open nothing any more. Twice is fine. */
    @Override
    public void close() {
        if (passphrase == null) {
            return;
        }
        Arrays.fill(passphrase, (byte) 0);
        passphrase = null;
    }

    /** Makes one if there is a name. */
    long open(String name) throws CotmocException {
        checkOpen();
        return Native.open(name != null, texts(name), passphrase, keyStore, hardware(), recovery(), log, level);
    }

    /** A call of {@link Device}. */
    String device(int what, String answer) throws CotmocException {
        checkOpen();
        Handle.freeForgotten();
        return Native.device(what, texts(answer), passphrase, keyStore, hardware(), recovery(), log, level);
    }

    private void checkOpen() throws CotmocException {
        if (passphrase == null) {
            throw new CotmocException(CotmocException.WRONG_USAGE, "the options are closed");
        }
    }

    private String[] texts(String last) {
        return new String[] {directory, language, stateDirectory, program, kdf, last};
    }

    private boolean hardware() {
        return keyStore != null && keyStore.hasHardwareSecret();
    }

    private boolean recovery() {
        return keyStore != null && keyStore.keepsRecovery();
    }
}
