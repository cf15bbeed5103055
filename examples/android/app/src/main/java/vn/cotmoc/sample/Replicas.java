package vn.cotmoc.sample;

import android.content.Context;
import java.io.File;
import java.io.IOException;
import vn.cotmoc.CotmocException;
import vn.cotmoc.Device;
import vn.cotmoc.Replica;
import vn.cotmoc.ReplicaOptions;

/** The one replica of the process: a worker and the screens share it. Not on the main thread. */
final class Replicas {
    private static Replica replica;

    private Replicas() {}

    /**
     * The first start, and the start after a wipe: makes the device's keys and an empty replica. A screen shows its
     * {@link Replica#request} as a QR code for the office until it has joined.
     */
    static synchronized Replica create(Context context, byte[] pin, String name) throws CotmocException, IOException {
        KeystoreKeyStore keys = new KeystoreKeyStore(context);
        if (!directory(context).exists()) {
            // What a wipe that was cut off has left would be "already exists" for ever.
            keys.forget();
        }
        try (ReplicaOptions options = options(context, pin, keys)) {
            replica = Replica.create(options, name);
        }
        return replica;
    }

    /**
     * Takes the office's grant. The root is the fingerprint that the person has read from the poster in the office;
     * the screen shows that of the grant beside it, {@link Replica#fingerprint}.
     */
    static synchronized void join(String grant, String root) throws CotmocException {
        replica.join(grant, root);
    }

    /** After a person has typed the PIN: it costs a second on purpose. {@code no_replica}: there is none yet. */
    static synchronized Replica unlock(Context context, byte[] pin) throws CotmocException {
        if (replica == null) {
            try (ReplicaOptions options = options(context, pin, new KeystoreKeyStore(context))) {
                replica = Replica.open(options);
            }
        }
        return replica;
    }

    /** Null while nobody has typed the PIN. */
    static synchronized Replica unlocked() {
        return replica;
    }

    /** When the person locks the app. A sync that runs is cancelled by its worker first. */
    static synchronized void lock() throws CotmocException {
        if (replica != null) {
            replica.close();
            replica = null;
        }
    }

    /**
     * The phone changes hands: removes the replica and its keys, so that a new one can be made. {@code unsent_work}
     * unless that is discarded; then a replica that opens no more goes too, and what an interrupted wipe or create has
     * left. It is locked in each case.
     */
    static synchronized void wipe(Context context, byte[] pin, boolean discardUnsent)
            throws CotmocException, IOException {
        lock();
        KeystoreKeyStore keys = new KeystoreKeyStore(context);
        try (ReplicaOptions options = options(context, pin, keys)) {
            Device.wipe(options, discardUnsent);
        } catch (CotmocException failed) {
            if (!discardUnsent || failed.status() != CotmocException.NO_REPLICA) {
                throw failed;
            }
        }
        // The library removes nothing of the app's own key store.
        keys.forget();
    }

    private static File directory(Context context) {
        return new File(context.getNoBackupFilesDir(), "replica");
    }

    private static ReplicaOptions options(Context context, byte[] pin, KeystoreKeyStore keys) {
        return new ReplicaOptions(directory(context).getPath(), pin).keyStore(keys).language("vi").program("Sổ tay")
                .stateDirectory(new File(context.getNoBackupFilesDir(), "state").getPath());
    }
}
