package vn.cotmoc.sample;

import android.content.Context;
import java.io.File;
import vn.cotmoc.CotmocException;
import vn.cotmoc.Replica;
import vn.cotmoc.ReplicaOptions;

/** The one replica of the process: a worker and the screens share it. */
final class Replicas {
    private static Replica replica;

    private Replicas() {}

    /** After a person has typed the PIN. Not on the main thread: it costs a second on purpose. */
    static synchronized Replica unlock(Context context, byte[] pin) throws CotmocException {
        if (replica == null) {
            File folder = context.getNoBackupFilesDir();
            try (ReplicaOptions options = new ReplicaOptions(new File(folder, "replica").getPath(), pin)) {
                options.keyStore(new KeystoreKeyStore(context)).language("vi").program("Sổ tay")
                        .stateDirectory(new File(folder, "state").getPath());
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
}
