import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import vn.cotmoc.CotmocException;
import vn.cotmoc.Cursor;
import vn.cotmoc.Progress;
import vn.cotmoc.Query;
import vn.cotmoc.Record;
import vn.cotmoc.Replica;
import vn.cotmoc.ReplicaOptions;
import vn.cotmoc.SyncEngine;

/**
 * A field book: makes a device, joins a province, writes a record, syncs it and lists what there is.
 * docs/getting-started-java.md goes through it.
 */
public final class Sample {
    private Sample() {}

    /** FOLDER make NAME | join GRANT ROOT | add HEAD | sync HUB | list */
    public static void main(String[] arguments) throws IOException {
        byte[] passphrase = System.getenv("COTMOC_PASSPHRASE").getBytes(StandardCharsets.UTF_8);
        try (ReplicaOptions options = new ReplicaOptions(arguments[0], passphrase)) {
            if (arguments[1].equals("make")) {
                make(options, arguments[2]);
                return;
            }
            try (Replica replica = Replica.open(options)) {
                work(replica, arguments);
            }
        } catch (CotmocException failed) {
            System.err.println(failed.what("en") + ": " + failed.advice("en") + " (" + failed.retry() + ")");
            System.exit(1);
        }
    }

    /** The device's keys, its empty database, and the request that the office enrols it by. */
    private static void make(ReplicaOptions options, String name) throws CotmocException {
        try (Replica replica = Replica.create(options, name)) {
            System.out.println(replica.request());
        }
    }

    private static void work(Replica replica, String[] arguments) throws CotmocException, IOException {
        switch (arguments[1]) {
            case "join":
                // A person has compared the fingerprint with the poster.
                replica.join(readText(arguments[2]), arguments[3]);
                break;
            case "add":
                add(replica, arguments[2]);
                break;
            case "sync":
                syncSlice(replica, arguments[2]);
                break;
            default:
                list(replica);
        }
    }

    private static void add(Replica replica, String head) throws CotmocException {
        Map<String, Object> fields = new HashMap<>();
        fields.put("direction", "incoming");
        fields.put("head", head);
        String id = replica.records().add("delegation", fields);
        System.out.println("added a record with an id of " + id.length() + " letters");
    }

    /** A cursor reads record by record, however many there are. */
    private static void list(Replica replica) throws CotmocException {
        try (Cursor<Record> cursor = replica.query(new Query("delegation"))) {
            for (Record record = cursor.next(); record != null; record = cursor.next()) {
                System.out.println(record.field("head") + ", " + record.state());
            }
        }
    }

    /** At most a minute and a million octets; what is left over goes with the next slice. */
    private static void syncSlice(Replica replica, String hub) throws CotmocException {
        try (SyncEngine sync = replica.sync()) {
            sync.setHub(hub).setProgress(Runnable::run, progress -> {
                if (progress.stage() == Progress.Stage.OVER) {
                    System.out.println("change sets moved: " + progress.changeSets());
                }
            });
            Map<String, Object> report = sync.run(1_000_000, 60_000);
            System.out.println("complete: " + report.get("complete"));
        }
    }

    private static String readText(String path) throws IOException {
        byte[] octets = new byte[(int) new File(path).length()];
        try (FileInputStream from = new FileInputStream(path)) {
            int size = from.read(octets);
            return new String(octets, 0, Math.max(size, 0), StandardCharsets.UTF_8);
        }
    }
}
