package vn.cotmoc.sample;

import android.content.Context;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import vn.cotmoc.CotmocException;

/** The sample on a phone that begins, is locked, is wiped and begins again. StartOver FOLDER */
final class StartOver {
    private static final byte[] PIN = "250316".getBytes(StandardCharsets.UTF_8);
    private static final int ALREADY_EXISTS = 305;

    private final File folder;
    private final Context context;

    private StartOver(File folder) {
        this.folder = folder;
        context = new Context() {
            @Override
            public File getNoBackupFilesDir() {
                return folder;
            }

            @Override
            public Object getSystemService(String name) {
                return null;
            }
        };
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new FakeKeystore());
        StartOver test = new StartOver(new File(arguments[0]));
        test.beginsAndIsWiped();
        test.beginsThoughAWipeWasCutOff();
        test.beginsThoughACreateWasCutOff();
    }

    private void beginsAndIsWiped() throws Exception {
        check(status(() -> Replicas.unlock(context, PIN)) == CotmocException.NO_REPLICA, "nothing is there");
        check(!create().isEmpty(), "a request");
        Replicas.lock();
        check(Replicas.unlock(context, PIN) != null, "the PIN opens it");
        byte[] wrong = "250317".getBytes(StandardCharsets.UTF_8);
        check(status(() -> Replicas.wipe(context, wrong, false)) == CotmocException.WRONG_PASSPHRASE, "a wrong PIN");
        check(!FakeKeystore.holdsNothing() && new File(folder, "key").exists(), "a refused wipe removes nothing");
        Replicas.wipe(context, PIN, false);
        checkEmpty();
        check(status(() -> Replicas.unlock(context, PIN)) == CotmocException.NO_REPLICA, "a wipe leaves no replica");
    }

    /** The library's part was done, the app's was not. */
    private void beginsThoughAWipeWasCutOff() throws Exception {
        create();
        Replicas.lock();
        empty(replica());
        check(replica().delete() && new File(folder, "key").exists(), "only the replica is gone");
        create();
        check(Replicas.unlocked() != null, "it begins again");
    }

    /** The keys were made and the database was not. */
    private void beginsThoughACreateWasCutOff() throws Exception {
        Replicas.lock();
        empty(replica());
        check(status(() -> Replicas.unlock(context, PIN)) == CotmocException.NO_REPLICA, "it does not open");
        check(status(this::create) == ALREADY_EXISTS, "nothing is forgotten unasked while the folder is there");
        Replicas.wipe(context, PIN, true);
        checkEmpty();
        create();
        Replicas.wipe(context, new byte[0], true);
        checkEmpty();
    }

    private String create() throws Exception {
        return Replicas.create(context, PIN, "may-1").request();
    }

    private File replica() {
        return new File(folder, "replica");
    }

    private void checkEmpty() {
        check(FakeKeystore.holdsNothing(), "the key of the Keystore is gone");
        for (String name : new String[] {"key", "secret", "tries"}) {
            check(!new File(folder, name).exists(), name + " is gone");
        }
    }

    private static void empty(File folder) {
        for (File file : folder.listFiles()) {
            check(file.delete(), "cannot delete " + file);
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static int status(Step step) throws Exception {
        try {
            step.run();
            return 0;
        } catch (CotmocException failed) {
            return failed.status();
        }
    }

    private static void check(boolean good, String what) {
        if (!good) {
            throw new AssertionError("not so: " + what);
        }
    }
}
