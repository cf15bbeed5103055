package vn.cotmoc;

import static vn.cotmoc.Check.fails;
import static vn.cotmoc.Check.same;
import static vn.cotmoc.Check.that;
import static vn.cotmoc.Check.throwsThis;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** The Java classes over a real library. UnitTests PROGRAMS FILES [PART] */
final class UnitTests {
    private static final String TEXT = "Đoàn Bờ Y ưỡn ộ 😀 𠀀 \"\\ \u0001";

    private final Province province;
    private final Replica replica;

    private UnitTests(Province province) throws Exception {
        this.province = province;
        replica = province.device();
    }

    public static void main(String[] arguments) throws Exception {
        int failed;
        try (Province province = new Province(Path.of(arguments[0]), Path.of(arguments[1]))) {
            UnitTests tests = new UnitTests(province);
            Check check = new Check();
            tests.list(check);
            new SyncTests(province).list(check);
            failed = check.run(arguments.length > 2 ? arguments[2] : "");
            tests.replica.close();
        }
        System.exit(failed == 0 ? 0 : 1);
    }

    private void list(Check check) {
        check.test("JSON is read and written as it is", this::json);
        check.test("what is not JSON is refused", this::notJson);
        check.test("letters and emoji survive both ways", this::texts);
        check.test("half a surrogate pair and NUL are refused", this::badTexts);
        check.test("an error has its name, advice and retry", this::errors);
        check.test("records are added, edited, deleted, restored", this::records);
        check.test("an edit of an outdated view is stale", this::stale);
        check.test("a list ends, can be limited and filtered", this::lists);
        check.test("rows end when the sink says so, and with what it throws", this::rows);
        check.test("a batch is one change, or none with what it throws", this::batches);
        check.test("an exception inside an exception's call comes out", this::nested);
        check.test("observers run on their executor", this::observers);
        check.test("what an observer throws at once goes to the handler, and the change stays", this::throwingObserver);
        check.test("a closed subscription tells nothing more", this::closedSubscription);
        check.test("what is closed answers wrong_usage", this::closing);
        check.test("a call that goes on survives a close", this::closeUnderneath);
        check.test("what was forgotten is freed", this::forgotten);
        check.test("no callback is held once it is not needed", this::letGo);
        check.test("suspended means busy", this::suspending);
        check.test("a key store of the app opens the replica", this::keyStore);
        check.test("what a key store throws comes out", this::throwingKeyStore);
        check.test("a hardware secret is used and wiped, tries are counted", this::hardware);
        check.test("log lines come to the sink", this::logging);
        check.test("a volume that is damaged gives error and report", this::bundles);
    }

    private static Map<String, Object> fields(Object... pairs) {
        Map<String, Object> fields = new java.util.LinkedHashMap<>();
        fields.put("direction", "incoming");
        fields.put("start_date", "2024-05-01");
        for (int i = 0; i < pairs.length; i += 2) {
            fields.put((String) pairs[i], pairs[i + 1]);
        }
        return fields;
    }

    private String add(Object... pairs) throws CotmocException {
        return replica.records().add("delegation", fields(pairs));
    }

    private void json() {
        String text = "{\"a\":[1,-2.5,true,false,null,\"x\\ny\\u0001\"],\"b\":{},\"c\":[]}";
        same("{\"a\":[1,-2.5,true,false,null,\"x\\u000ay\\u0001\"],\"b\":{},\"c\":[]}", Json.write(Json.parse(text)));
        same("\uD83D\uDE00/", Json.parse(" \"\\ud83d\\uDE00\\/\" "));
        same(Long.MIN_VALUE, Json.parse("-9223372036854775808"));
        same(new BigInteger("9223372036854775808"), Json.parse("9223372036854775808"));
        same(1e3, Json.parse("1e3"));
    }

    private void notJson() {
        for (String text : List.of("", "{", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "01", "+1", "1.", "\"\n\"",
                "\"\\x\"", "\"\\u12g4\"", "nul", "1 2", "[".repeat(100), "NaN", "\"")) {
            try {
                Json.parse(text);
            } catch (IllegalArgumentException expected) {
                continue;
            }
            throw new AssertionError("accepted: " + text);
        }
        for (Object value : new Object[] {new Object(), Double.NaN, Double.POSITIVE_INFINITY}) {
            try {
                Json.write(value);
            } catch (IllegalArgumentException expected) {
                continue;
            }
            throw new AssertionError("written: " + value);
        }
    }

    private void texts() throws Exception {
        String id = add("head", TEXT, "result", "ệ😀".repeat(30_000));
        Record record = replica.records().get(id);
        same(TEXT, record.field("head"));
        same("ệ😀".repeat(30_000), record.field("result"));
        same(id, replica.list(new Query("delegation").where("head", TEXT)).get(0).id());
        replica.records().delete(id);
    }

    private void badTexts() throws Exception {
        fails("invalid_utf8", () -> add("head", "a\uD83D"));
        fails("invalid_utf8", () -> add("head", "\uDE00\uD83D"));
        fails("wrong_usage", () -> replica.records().get("a\0b"));
        fails("wrong_usage", () -> replica.records().get(null));
    }

    private void errors() throws Exception {
        CotmocException failed = fails("unknown_field", () -> add("nose", 1));
        same(101, failed.status());
        same("nose", failed.detail().contains("nose") ? "nose" : failed.detail());
        same(CotmocException.Retry.NEVER, failed.retry());
        that(failed.what("vi").matches(".*[ườạặếộđ].*"));
        that(!failed.what("en").equals(failed.what("vi")) && !failed.advice("en").isEmpty());
        same("unknown_field", new CotmocException(101, "").name());
    }

    private void records() throws Exception {
        String id = add("head", "A", "people", 3);
        Record edited = replica.records().edit(id, new Edits().set("people", 4).set("result", "một hai")
                .splice("result", 3, 0, ","));
        same(4L, edited.field("people"));
        same("một, hai", edited.field("result"));
        same("local", edited.state());
        replica.records().delete(id);
        that(replica.records().get(id).isDeleted());
        fails("record_deleted", () -> replica.records().edit(id, new Edits().set("people", 5)));
        that(!replica.records().restore(id).isDeleted());
        List<Map<String, Object>> history = replica.records().history(id);
        that(history.size() >= 4);
        Record reverted = replica.records().revert(id, (String) history.get(0).get("dot"));
        same(id, reverted.id());
        fails("unknown_change", () -> replica.records().revert(id, "ffffffffffff"));
        that(replica.records().conflicts(id).isEmpty() && reverted.conflicts().isEmpty());
        fails("no_conflict", () -> replica.records().take(id, "head", 1, null));
    }

    private void stale() throws Exception {
        String id = add("head", "A");
        String shown = replica.records().getWithVersions(id).version("head");
        that(shown != null);
        replica.records().edit(id, new Edits().set("head", "B"));
        fails("stale", () -> replica.records().edit(id, new Edits().set("head", "C").shown(shown)));
        same("B", replica.records().get(id).field("head"));
    }

    private void lists() throws Exception {
        String id = add("head", "Hồ Văn Lọc");
        add("head", "Hồ Văn Khác");
        same(2, replica.list(new Query("delegation").words("ho van")).size());
        same(1, replica.list(new Query("delegation").words("ho van").limit(1)).size());
        same(id, replica.list(new Query("delegation").where("head", "Hồ Văn Lọc")).get(0).id());
        same(0, replica.list(new Query("visit").space(Province.SPACE)).size());
        fails("unknown_kind", () -> replica.list(new Query("nothing")));
        replica.records().delete(id);
        same(1, replica.list(new Query("delegation").words("ho van")).size());
        same(2, replica.list(new Query("delegation").words("ho van").withDeleted()).size());
        same(0, replica.list(new Query().onlyConflicts()).size());
        try (Cursor<Conflict> conflicts = replica.conflicts(null)) {
            same(null, conflicts.next());
            same(null, conflicts.next());
        }
    }

    private void rows() throws Exception {
        String numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
                + "SELECT i FROM n";
        AtomicInteger count = new AtomicInteger();
        replica.sql(numbers, row -> count.incrementAndGet() < 10);
        same(10, count.get());
        RuntimeException thrown = new IllegalStateException("row");
        throwsThis(thrown, () -> replica.sql(numbers, row -> {
            throw thrown;
        }));
        CotmocException error = new CotmocException(CotmocException.STALE, "row");
        throwsThis(error, () -> replica.sql(numbers, row -> {
            throw error;
        }));
        fails("busy", () -> replica.sql(numbers, row -> {
            replica.records().get("abcd");
            return true;
        }));
        fails("bad_query", () -> replica.sql("DELETE FROM delegation", row -> true));
        replica.sql("SELECT '" + TEXT.replace("\"\\ \u0001", "") + "' AS t",
                row -> TEXT.startsWith((String) Json.object(row).get("t")) || fail(row));
    }

    private static boolean fail(String what) {
        throw new AssertionError(what);
    }

    private void batches() throws Exception {
        int before = replica.list(null).size();
        replica.batch(() -> {
            add("head", "one");
            add("head", "two");
        });
        same(before + 2, replica.list(null).size());
        Error thrown = new StackOverflowError("by the work");
        throwsThis(thrown, () -> replica.batch(() -> {
            add("head", "three");
            throw thrown;
        }));
        fails("unknown_field", () -> replica.batch(() -> {
            add("head", "four");
            add("nose", 1);
        }));
        fails("busy", () -> replica.batch(replica::suspend));
        same(before + 2, replica.list(null).size());
    }

    private void nested() {
        RuntimeException thrown = new IllegalStateException("inner");
        throwsThis(thrown, () -> replica.batch(() -> {
            try {
                replica.batch(() -> {});
            } catch (CotmocException busy) {
                throw thrown;
            }
        }));
    }

    private void observers() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        List<Change> told = new ArrayList<>();
        AtomicReference<Thread> thread = new AtomicReference<>();
        Subscription subscription = replica.observe(new Query("delegation"), executor, change -> {
            thread.set(Thread.currentThread());
            told.add(change);
        });
        String id = add("head", "observed");
        Subscription single = replica.observe(id, executor, told::add);
        replica.records().edit(id, new Edits().set("head", "again"));
        replica.records().delete(id);
        executor.shutdown();
        that(executor.awaitTermination(30, TimeUnit.SECONDS));
        subscription.close();
        single.close();
        that(thread.get() != Thread.currentThread());
        same(5, told.size());
        same(List.of(id), told.get(0).entered());
        same(2L, told.subList(1, 3).stream().filter(change -> change.changed().equals(List.of(id))).count());
        same(1L, told.subList(3, 5).stream().filter(change -> change.left().equals(List.of(id))).count());
    }

    private void throwingObserver() throws Exception {
        List<Throwable> unheard = new ArrayList<>();
        Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> unheard.add(thrown));
        RuntimeException thrown = new IllegalStateException("observer");
        Subscription throwing = replica.observe((Query) null, Runnable::run, change -> {
            throw thrown;
        });
        ExecutorService over = Executors.newSingleThreadExecutor();
        over.shutdown();
        Subscription refused = replica.observe((Query) null, over, change -> {});
        String id = add("head", "stays");
        throwing.close();
        refused.close();
        Thread.currentThread().setUncaughtExceptionHandler(null);
        same("stays", replica.records().get(id).field("head"));
        same(2, unheard.size());
        that(unheard.contains(thrown));
        that(unheard.stream().anyMatch(each -> each instanceof RejectedExecutionException));
    }

    private void closedSubscription() throws Exception {
        AtomicInteger count = new AtomicInteger();
        AtomicReference<Subscription> own = new AtomicReference<>();
        own.set(replica.observe((Query) null, Runnable::run, change -> {
            count.incrementAndGet();
            own.get().close();
        }));
        List<Runnable> queued = new ArrayList<>();
        Subscription late = replica.observe((Query) null, queued::add, change -> count.addAndGet(100));
        add("head", "1");
        add("head", "2");
        late.close();
        late.close();
        that(queued.size() == 2);
        queued.forEach(Runnable::run);
        same(1, count.get());
    }

    private void closing() throws Exception {
        Replica other = province.device();
        other.records().add("delegation", fields());
        Cursor<Record> cursor = other.query(null);
        Subscription subscription = other.observe((Query) null, Runnable::run, change -> {});
        SyncEngine engine = other.sync();
        other.batch(() -> fails0("busy", other::close));
        other.close();
        other.close();
        fails("wrong_usage", other::info);
        fails("wrong_usage", cursor::next);
        fails("wrong_usage", engine::run);
        cursor.close();
        subscription.close();
        engine.close();
        engine.close();
        fails("wrong_usage", engine::request);
    }

    /** fails for bodies of a batch. */
    private static void fails0(String name, Check.Body body) {
        try {
            fails(name, body);
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private void closeUnderneath() throws Exception {
        for (int round = 0; round < 20; round++) {
            Replica other = Replica.create(province.options("under-" + round), "x");
            CountDownLatch started = new CountDownLatch(2);
            AtomicReference<Throwable> wrong = new AtomicReference<>();
            Runnable reader = () -> {
                try {
                    started.countDown();
                    for (;;) {
                        other.info();
                    }
                } catch (CotmocException closed) {
                    if (!closed.name().equals("wrong_usage")) {
                        wrong.set(closed);
                    }
                } catch (Throwable thrown) {
                    wrong.set(thrown);
                }
            };
            Thread[] threads = {new Thread(reader), new Thread(reader)};
            for (Thread thread : threads) {
                thread.start();
            }
            started.await();
            other.close();
            for (Thread thread : threads) {
                thread.join();
            }
            same(null, wrong.get());
        }
    }

    private void forgotten() throws Exception {
        int before = Handle.owners();
        for (int i = 0; i < 50; i++) {
            replica.query(null);
            replica.observe((Query) null, Runnable::run, change -> {});
        }
        that(Handle.owners() >= before + 100);
        for (int i = 0; i < 100 && Handle.owners() > before; i++) {
            System.gc();
            Replica.create(province.options("forgotten-" + i), "x").close();
        }
        that(Handle.owners() <= before);
    }

    /** Makes what holds `object`, closes it, and gives the object's reference. */
    private interface Holder {
        void hold(Object object) throws Exception;
    }

    private static WeakReference<Object> heldAndClosed(Holder holder) throws Exception {
        Object object = new Object();
        holder.hold(object);
        return new WeakReference<>(object);
    }

    private void letGo() throws Exception {
        List<WeakReference<Object>> references = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String folder = "let-go-" + i;
            references.add(heldAndClosed(object -> replica.observe((Query) null, Runnable::run,
                    change -> object.hashCode()).close()));
            references.add(heldAndClosed(object -> fails("unknown_kind",
                    () -> replica.observe(new Query("nothing"), Runnable::run, change -> object.hashCode()))));
            references.add(heldAndClosed(object -> {
                try (SyncEngine engine = replica.sync()) {
                    engine.setProgress(Runnable::run, progress -> object.hashCode());
                    engine.setProgress(Runnable::run, progress -> object.hashCode());
                    engine.setTransport(new SyncTests.SilentPipe(object));
                }
            }));
            references.add(heldAndClosed(object -> {
                LogSink sink = (level, line) -> object.hashCode();
                ReplicaOptions options = province.options(folder).log(Runnable::run, LogSink.Level.DEBUG, sink);
                Replica.create(options.keyStore(new Vault(object)), "x").close();
            }));
            references.add(heldAndClosed(object -> fails("no_replica", () -> Replica.open(
                    province.options(folder + "-none").keyStore(new Vault(object))))));
            references.add(heldAndClosed(object -> throwsAny(() -> replica.sql("SELECT 1", row -> {
                throw new IllegalStateException() {
                    private static final long serialVersionUID = 1L;
                    final transient Object held = object;
                };
            }))));
        }
        for (int i = 0; i < 50 && references.stream().anyMatch(each -> each.get() != null); i++) {
            System.gc();
            Handle.freeForgotten();
        }
        for (int i = 0; i < references.size(); i++) {
            same(null, references.get(i).get() == null ? null : i);
        }
    }

    private static void throwsAny(Check.Body body) throws Exception {
        try {
            body.run();
        } catch (IllegalStateException expected) {
            return;
        }
        throw new AssertionError("nothing was thrown");
    }

    private void suspending() throws Exception {
        replica.suspend();
        replica.suspend();
        fails("busy", replica::info);
        replica.resume();
        that(replica.info().get("joined").equals(true));
    }

    /** Keeps the key file in memory and throws what it is told to. */
    private static class Vault implements KeyStore {
        byte[] octets;
        IOException io;
        RuntimeException runtime;
        final Object held;

        Vault() {
            this(null);
        }

        Vault(Object held) {
            this.held = held;
        }

        @Override
        public byte[] load() throws IOException {
            throwIt();
            return octets;
        }

        @Override
        public void save(byte[] fresh) throws IOException {
            throwIt();
            octets = fresh.clone();
        }

        private void throwIt() throws IOException {
            if (io != null) {
                throw io;
            }
            if (runtime != null) {
                throw runtime;
            }
        }
    }

    private void keyStore() throws Exception {
        Vault vault = new Vault();
        ReplicaOptions options = province.options("vault").keyStore(vault);
        Replica.create(options, "x").close();
        that(vault.octets.length > 0);
        try (var files = Files.list(province.work.resolve("vault"))) {
            that(files.noneMatch(path -> path.getFileName().toString().startsWith("key")));
        }
        Replica again = Replica.open(options);
        byte[] fresh = "một câu khác hẳn".getBytes("UTF-8");
        again.changePassphrase(Province.PASSPHRASE, fresh);
        again.close();
        fails("wrong_passphrase", () -> Replica.open(options));
        Replica.open(new ReplicaOptions(province.work.resolve("vault").toString(), fresh).keyStore(vault)).close();
        vault.octets = null;
        fails("no_replica", () -> Replica.open(options));
        options.close();
        fails("wrong_usage", () -> Replica.open(options));
    }

    private void throwingKeyStore() throws Exception {
        Vault vault = new Vault();
        ReplicaOptions options = province.options("throwing").keyStore(vault);
        Replica.create(options, "x").close();
        vault.io = new IOException("server away");
        same(vault.io, fails("io_error", () -> Replica.open(options)).getCause());
        vault.io = null;
        vault.runtime = new IllegalStateException("keychain");
        throwsThis(vault.runtime, () -> Replica.open(options));
        vault.runtime = null;
        Replica.open(options).close();
    }

    private void hardware() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        List<byte[]> given = new ArrayList<>();
        Vault vault = new Vault() {
            @Override
            public boolean hasHardwareSecret() {
                return true;
            }

            @Override
            public byte[] hardwareSecret() {
                byte[] secret = new byte[32];
                Arrays.fill(secret, (byte) 7);
                given.add(secret);
                return secret;
            }

            @Override
            public void beginTry() throws CotmocException {
                if (tries.incrementAndGet() > 3) {
                    throw new CotmocException(CotmocException.TRIES_USED_UP, "");
                }
            }

            @Override
            public void opened() {
                tries.set(0);
            }
        };
        String folder = province.work.resolve("pin").toString();
        ReplicaOptions options = new ReplicaOptions(folder, "482917".getBytes("UTF-8")).kdf("low").keyStore(vault);
        Replica.create(options, "x").close();
        Replica.open(options).close();
        same(0, tries.get());
        ReplicaOptions wrong = new ReplicaOptions(folder, "111111".getBytes("UTF-8")).keyStore(vault);
        for (int i = 0; i < 3; i++) {
            fails("wrong_passphrase", () -> Replica.open(wrong));
        }
        fails("tries_used_up", () -> Replica.open(options));
        that(given.size() >= 3);
        for (byte[] secret : given) {
            that(Arrays.equals(secret, new byte[32]));
        }
    }

    private void logging() throws Exception {
        List<String> lines = new ArrayList<>();
        ReplicaOptions options = province.options("logged").log(Runnable::run, LogSink.Level.INFO,
                (level, line) -> lines.add(level + " " + line));
        Replica.create(options, "x").close();
        that(lines.stream().anyMatch(line -> line.startsWith("INFO made")));
        that(lines.stream().anyMatch(line -> line.equals("INFO closed")));
    }

    private void bundles() throws Exception {
        String path = province.work.resolve("bó 😀.cmb").toString();
        Map<String, Object> written = replica.bundles().write(path);
        that(!written.isEmpty());
        fails("file_exists", () -> replica.bundles().write(path));
        that(!Bundles.inspect(path).isEmpty());
        try (Replica other = province.device()) {
            that(other.bundles().read(List.of(path), null).get("complete").equals(true));
            byte[] octets = Files.readAllBytes(Path.of(path));
            octets[octets.length / 2] ^= 1;
            Path damaged = province.work.resolve("damaged.cmb");
            Files.write(damaged, octets);
            CotmocException failed = fails("bundle_damaged",
                    () -> other.bundles().read(List.of(damaged.toString()), null));
            that(Json.object(failed.report()).containsKey("complete"));
        }
    }
}
