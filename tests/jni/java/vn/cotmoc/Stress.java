package vn.cotmoc;

import static vn.cotmoc.Check.that;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Eight threads on one replica, with observers, rows, a key store, a log and syncs, round after round with open
 * and close, while garbage is made. It prints the native heap after each round and fails if that grows by more
 * than 2 %.
 *
 * <p>Stress PROGRAMS FILES OPERATIONS CALLBACKS
 */
final class Stress {
    private static final int THREADS = 8;
    private static final int ROUNDS = 10;
    /** Rounds until caches and compiled code have their size. */
    private static final int WARM_UP = 4;
    private static final int RECORDS = 64;
    private static final int OBSERVERS = 16;
    private static final double GROWTH_MAX = 1.02;

    private final AtomicLong operations = new AtomicLong();
    private final AtomicLong callbacks = new AtomicLong();
    private final AtomicReference<Throwable> wrong = new AtomicReference<>();
    private final List<String> ids = new ArrayList<>();
    private final long operationsARound;
    private final long callbacksARound;
    private byte[] vault;

    private Stress(long operations, long callbacks) {
        operationsARound = operations / ROUNDS;
        callbacksARound = callbacks / ROUNDS;
    }

    public static void main(String[] arguments) throws Exception {
        Stress stress = new Stress(Long.parseLong(arguments[2]), Long.parseLong(arguments[3]));
        try (Province province = new Province(Path.of(arguments[0]), Path.of(arguments[1]))) {
            stress.run(province);
        }
    }

    private void run(Province province) throws Exception {
        KeyStore store = new KeyStore() {
            @Override
            public byte[] load() {
                callbacks.incrementAndGet();
                return vault;
            }

            @Override
            public void save(byte[] octets) {
                callbacks.incrementAndGet();
                vault = octets.clone();
            }
        };
        ReplicaOptions options = province.options("stress").keyStore(store).log(Runnable::run, LogSink.Level.DEBUG,
                (level, line) -> callbacks.incrementAndGet());
        try (Replica replica = province.device(options)) {
            for (int i = 0; i < RECORDS; i++) {
                ids.add(replica.records().add("delegation", fields("Đoàn số " + i + " 😀")));
            }
        }
        String hub = province.hub();
        List<Long> heaps = new ArrayList<>();
        rounds(options, hub, heaps, ROUNDS);
        long base = least(heaps, WARM_UP - 1, ROUNDS - 3);
        long last = least(heaps, ROUNDS - 3, ROUNDS);
        // What leaks goes on growing from one three rounds to the next; what the virtual machine keeps does not.
        for (int more = 0; more < 3 && last > base * GROWTH_MAX; more++) {
            rounds(options, hub, heaps, 3);
            base = least(heaps, heaps.size() - 9, heaps.size() - 3);
            last = least(heaps, heaps.size() - 3, heaps.size());
        }
        System.out.printf("grown by %.2f %% to the last three%n", 100.0 * (last - base) / base);
        that(last <= base * GROWTH_MAX);
        that(operations.get() >= operationsARound * ROUNDS && callbacks.get() >= callbacksARound * ROUNDS);
        System.out.println("ok");
    }

    private void rounds(ReplicaOptions options, String hub, List<Long> heaps, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            round(options, hub, heaps.size() + 1);
            openAndClose(options, 5);
            heaps.add(heap());
            System.out.printf("round %2d: %7d operations, %8d callbacks, native heap %9d octets%n", heaps.size(),
                    operations.get(), callbacks.get(), heaps.get(heaps.size() - 1));
        }
    }

    /** Of some rounds: the virtual machine's compiler borrows memory, and gives it back, in one round or another. */
    private static long least(List<Long> heaps, int first, int end) {
        return Collections.min(heaps.subList(first, end));
    }

    private static Map<String, Object> fields(String head) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("direction", "incoming");
        fields.put("start_date", "2024-05-01");
        fields.put("head", head);
        return fields;
    }

    /** Octets of malloc that are in use while no replica is open. */
    private static long heap() throws Exception {
        for (int i = 0; i < 3; i++) {
            System.gc();
            System.runFinalization();
        }
        return Probe.nativeHeap();
    }

    private void openAndClose(ReplicaOptions options, int times) throws CotmocException {
        for (int i = 0; i < times; i++) {
            try (Replica replica = Replica.open(options)) {
                replica.query(null);
                operations.incrementAndGet();
            }
        }
    }

    private void round(ReplicaOptions options, String hub, int number) throws Exception {
        Replica replica = Replica.open(options);
        List<Subscription> subscriptions = new ArrayList<>();
        for (int i = 0; i < OBSERVERS; i++) {
            Observer observer = change -> callbacks.addAndGet(change.changed().isEmpty() ? 0 : 1);
            subscriptions.add(i % 2 == 0 ? replica.observe(ids.get(i), Runnable::run, observer)
                    : replica.observe(new Query("delegation").limit(8), Runnable::run, observer));
        }
        long until = operationsARound * number;
        CountDownLatch done = new CountDownLatch(THREADS);
        for (int i = 0; i < THREADS; i++) {
            int seed = number * THREADS + i;
            new Thread(() -> {
                try {
                    work(replica, until, seed);
                } catch (Throwable thrown) {
                    wrong.compareAndSet(null, thrown);
                } finally {
                    done.countDown();
                }
            }).start();
        }
        while (done.getCount() != 0) {
            syncOnce(replica, hub);
            System.gc();
        }
        if (wrong.get() != null) {
            throw new AssertionError("a thread failed", wrong.get());
        }
        rows(replica, callbacksARound * number - callbacks.get());
        subscriptions.subList(0, OBSERVERS / 2).forEach(Subscription::close);
        replica.close();
        subscriptions.subList(OBSERVERS / 2, OBSERVERS).forEach(Subscription::close);
    }

    private void syncOnce(Replica replica, String hub) throws CotmocException {
        try (SyncEngine engine = replica.sync()) {
            engine.setProgress(Runnable::run, progress -> callbacks.incrementAndGet())
                    .setTransport(new SyncTests.SocketPipe(hub)).run();
        }
    }

    /** What callbacks are left, as rows: in eight threads, which wait for each other. */
    private void rows(Replica replica, long count) throws Exception {
        List<Thread> threads = new ArrayList<>();
        long each = Math.max(0, count) / THREADS + 1;
        String statement = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + each
                + ") SELECT i, 'Đoàn 😀' AS t FROM n";
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(() -> {
                try {
                    replica.sql(statement, row -> {
                        callbacks.incrementAndGet();
                        return row.endsWith("😀\"}");
                    });
                } catch (Throwable thrown) {
                    wrong.compareAndSet(null, thrown);
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (wrong.get() != null) {
            throw new AssertionError("a row failed", wrong.get());
        }
    }

    private void work(Replica replica, long until, int seed) throws Exception {
        RuntimeException thrown = new IllegalStateException("wanted");
        List<byte[]> garbage = new ArrayList<>();
        for (int i = seed; operations.incrementAndGet() <= until; i++) {
            String id = ids.get(i * 7 % RECORDS);
            switch (i % 50) {
                case 0:
                    replica.records().edit(id, new Edits().set("people", i % 1000));
                    break;
                case 1:
                    Check.fails("unknown_field", () -> replica.records().edit(id, new Edits().set("nose", 1)));
                    break;
                case 2:
                    Check.throwsThis(thrown, () -> replica.batch(() -> {
                        replica.records().get(id);
                        throw thrown;
                    }));
                    break;
                case 3:
                    Check.throwsThis(thrown, () -> replica.sql("SELECT 1", row -> {
                        throw thrown;
                    }));
                    break;
                case 4:
                    replica.observe(id, Runnable::run, change -> {}).close();
                    break;
                case 5:
                    that(!replica.records().history(ids.get(RECORDS - 1)).isEmpty());
                    break;
                case 6:
                    try (Cursor<Record> cursor = replica.query(new Query("delegation").limit(10))) {
                        for (Record next = cursor.next(); next != null; next = cursor.next()) {
                            callbacks.addAndGet(0);
                        }
                    }
                    break;
                case 7:
                    that(replica.records().conflicts(id).isEmpty());
                    break;
                default:
                    that(((String) replica.records().get(id).field("head")).endsWith("😀"));
            }
            garbage.add(new byte[4096]);
            if (garbage.size() > 256) {
                garbage.clear();
            }
        }
    }
}
