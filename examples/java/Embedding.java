import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.Executor;
import vn.cotmoc.Conflict;
import vn.cotmoc.CotmocException;
import vn.cotmoc.Cursor;
import vn.cotmoc.Edits;
import vn.cotmoc.Json;
import vn.cotmoc.KeyStore;
import vn.cotmoc.Query;
import vn.cotmoc.Record;
import vn.cotmoc.Replica;
import vn.cotmoc.ReplicaOptions;
import vn.cotmoc.Subscription;
import vn.cotmoc.SyncEngine;

/** Everything that an app does, a step a command: the program in Java of tests/e2e/embedding.md. */
public final class Embedding {
    /** Keeps the key file where the app likes: here, in a file of its own. */
    private static final class Vault implements KeyStore {
        private final File file;

        Vault(File file) {
            this.file = file;
        }

        @Override
        public byte[] load() throws IOException {
            return file.exists() ? readFile(file) : null;
        }

        @Override
        public void save(byte[] octets) throws IOException {
            File fresh = new File(file.getPath() + ".new");
            try (FileOutputStream to = new FileOutputStream(fresh)) {
                to.write(octets);
                to.getFD().sync();
            }
            if (!fresh.renameTo(file)) {
                throw new IOException("cannot rename " + fresh);
            }
        }
    }

    private static final Executor AT_ONCE = Runnable::run;

    private final Replica replica;
    private final String[] text;

    private Embedding(Replica replica, String[] text) {
        this.replica = replica;
        this.text = text;
    }

    /** COMMAND DIR VAULT … */
    public static void main(String[] arguments) throws IOException {
        byte[] passphrase = System.getenv("COTMOC_PASSPHRASE").getBytes(StandardCharsets.UTF_8);
        String kdf = System.getenv("COTMOC_KDF");
        String command = arguments[0];
        String[] rest = java.util.Arrays.copyOfRange(arguments, 3, arguments.length);
        try (ReplicaOptions options = new ReplicaOptions(arguments[1], passphrase)) {
            options.keyStore(new Vault(new File(arguments[2]))).kdf(kdf == null ? "phone" : kdf);
            if (command.equals("create")) {
                try (Replica replica = Replica.create(options, rest[0])) {
                    print(replica.request());
                }
                return;
            }
            try (Replica replica = Replica.open(options)) {
                new Embedding(replica, rest).run(command);
            }
        } catch (CotmocException failed) {
            System.err.println("error " + failed.name() + " " + failed.detail());
            System.exit(1);
        }
    }

    private void run(String command) throws CotmocException, IOException {
        switch (command) {
            case "join":
                replica.join(new String(readFile(new File(text[0])), StandardCharsets.UTF_8), text[1]);
                break;
            case "add":
                print(replica.records().add(text[0], Json.object(text[1])));
                break;
            case "edit":
                edit();
                break;
            case "show":
                print(replica.records().get(text[0]).json());
                break;
            case "list":
                printAll(new Query(text[0]));
                break;
            case "search":
                printAll(new Query().words(text[0]));
                break;
            case "history":
                print(Json.write(replica.records().history(text[0])));
                break;
            case "conflicts":
                printConflicts();
                break;
            case "take":
                replica.records().take(text[0], text[1], Integer.parseInt(text[2]), null);
                break;
            case "set":
                replica.records().settle(text[0], text[1], Json.parse(text[2]), null);
                break;
            case "acknowledge":
                replica.records().acknowledge(text[0], text[1], null);
                break;
            default:
                exchange(command);
        }
    }

    private void exchange(String command) throws CotmocException {
        switch (command) {
            case "sync":
                print(Json.write(sync(text[0], text.length > 1 ? Long.parseLong(text[1]) : 0)));
                break;
            case "live":
                live();
                break;
            case "attach":
                print(Json.write(replica.attachments().add(text[0], text[1], text[2])));
                break;
            case "fetch":
                replica.attachments().save(text[0], text[1], null, text[2]);
                break;
            case "export":
                print(Json.write(replica.bundles().write(text[0], text[1], 256L * 1024 * 1024, false)));
                break;
            case "import":
                print(Json.write(replica.bundles().read(Collections.singletonList(text[0]), null)));
                break;
            case "suspend":
                replica.suspend();
                replica.resume();
                print(replica.records().get(text[0]).json());
                break;
            case "status":
                print(Json.write(replica.status()));
                break;
            case "digests":
                print(Json.write(replica.digests()));
                break;
            case "verify":
                print(Json.write(replica.verify()));
                break;
            default:
                throw new IllegalArgumentException("no command " + command + "; see tests/e2e/embedding.md");
        }
    }

    private void edit() throws CotmocException {
        Edits edits = new Edits();
        for (Map.Entry<String, Object> field : Json.object(text[1]).entrySet()) {
            edits.set(field.getKey(), field.getValue());
        }
        print(replica.records().edit(text[0], edits).json());
    }

    private void printAll(Query query) throws CotmocException {
        try (Cursor<Record> cursor = replica.query(query)) {
            for (Record record = cursor.next(); record != null; record = cursor.next()) {
                print(record.json());
            }
        }
    }

    private void printConflicts() throws CotmocException {
        try (Cursor<Conflict> cursor = replica.conflicts(null)) {
            for (Conflict conflict = cursor.next(); conflict != null; conflict = cursor.next()) {
                print(conflict.json());
            }
        }
    }

    /** With a limit, the progress listener cancels it once so many octets came down. */
    private Map<String, Object> sync(String hub, long cancelAt) throws CotmocException {
        try (SyncEngine engine = replica.sync()) {
            engine.setHub(hub);
            if (cancelAt != 0) {
                engine.setProgress(AT_ONCE, progress -> {
                    if (progress.octetsDown() >= cancelAt) {
                        try {
                            engine.cancel();
                        } catch (CotmocException closed) {
                            throw new IllegalStateException(closed);
                        }
                    }
                });
            }
            return engine.run();
        }
    }

    private void live() throws CotmocException {
        Subscription subscription = replica.observe(new Query(text[0]), AT_ONCE, change -> print(change.json()));
        try {
            replica.records().add(text[0], Json.object(text[2]));
            sync(text[1], 0);
        } finally {
            subscription.close();
        }
    }

    private static void print(String line) {
        byte[] octets = (line + "\n").getBytes(StandardCharsets.UTF_8);
        System.out.write(octets, 0, octets.length);
        System.out.flush();
    }

    private static byte[] readFile(File file) throws IOException {
        byte[] octets = new byte[(int) file.length()];
        try (FileInputStream from = new FileInputStream(file)) {
            int size = 0;
            while (size < octets.length) {
                int got = from.read(octets, size, octets.length - size);
                if (got < 0) {
                    throw new IOException(file + " became shorter");
                }
                size += got;
            }
        }
        return octets;
    }
}
