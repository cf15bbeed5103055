package vn.cotmoc;

import static vn.cotmoc.Check.fails;
import static vn.cotmoc.Check.same;
import static vn.cotmoc.Check.that;
import static vn.cotmoc.Check.throwsThis;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Syncs with a hub process: TCP of the library, pipes of the app, progress, cancel, watch. */
final class SyncTests {
    private final Province province;

    SyncTests(Province province) {
        this.province = province;
    }

    void list(Check check) {
        check.test("two devices meet over TCP and a pipe of the app", this::meet);
        check.test("a conflict is listed and settled", this::conflict);
        check.test("progress is told on its executor", this::progress);
        check.test("an executor or a listener that fails ends the sync", this::refusedProgress);
        check.test("what a pipe throws comes out of the sync", this::throwingPipe);
        check.test("no hub: the error says when to try again", this::noHub);
        check.test("a cancel ends a sync that waits", this::cancel);
        check.test("a cancel from a thread that Java does not know wakes the pipe", this::nativeCancel);
        check.test("closing the engine ends its sync", this::closeWhileRunning);
        check.test("a watch tells of each session until it is cancelled", this::watch);
        check.test("two devices sync with no hub", this::neighbours);
        check.test("edits of different fields are listed record by record", this::softConflicts);
        check.test("old octets are dropped, and nothing changes", this::prune);
        check.test("pruning needs a hub and a space that there is", this::pruneRefused);
    }

    private void softConflicts() throws Exception {
        try (Replica first = province.device(); Replica second = province.device()) {
            String hub = province.hub();
            String merged = add(first, "A");
            String alone = add(first, "B");
            sync(first, hub);
            sync(second, hub);
            first.records().edit(merged, new Edits().set("head", "C"));
            second.records().edit(merged, new Edits().set("people", 4));
            sync(first, hub);
            sync(second, hub);
            List<Map<String, Object>> told = first.records().softConflicts(merged);
            same(0, told.size());
            sync(first, hub);
            told = first.records().softConflicts(merged);
            same(1, told.size());
            same(merged, told.get(0).get("id"));
            same(0, first.records().softConflicts(alone).size());
            // Other tests share the space.
            int found = 0;
            try (Cursor<Map<String, Object>> cursor = first.softConflicts(new Query("delegation"))) {
                for (Map<String, Object> next = cursor.next(); next != null; next = cursor.next()) {
                    that(!alone.equals(next.get("id")));
                    if (merged.equals(next.get("id"))) {
                        found++;
                        same(told.get(0), next);
                    }
                }
                same(null, cursor.next());
            }
            same(1, found);
            fails("unknown_kind", () -> first.softConflicts(new Query("nothing")));
        }
        Replica closed = province.device();
        try (Cursor<Map<String, Object>> cursor = closed.softConflicts(null)) {
            closed.close();
            fails("wrong_usage", cursor::next);
        }
        fails("wrong_usage", () -> closed.softConflicts(null));
    }

    private static Object hashOnly(Replica replica) throws CotmocException {
        for (Map<String, Object> space : Json.asObjects(replica.status().get("spaces"))) {
            if (space.get("space").equals(Province.SPACE)) {
                return space.get("by_hash_only");
            }
        }
        return null;
    }

    private void prune() throws Exception {
        try (Replica replica = province.device(); SyncEngine engine = replica.sync()) {
            engine.setHub(province.hub());
            String id = add(replica, "dọn");
            that(engine.run().get("complete").equals(true));
            replica.records().edit(id, new Edits().set("head", "đã dọn"));
            that(engine.run().get("complete").equals(true));
            province.snapshot();
            Map<String, Object> digests = replica.digests();
            same(0L, hashOnly(replica));
            engine.cancel();
            same(0, engine.prune(null).size());
            same(0L, hashOnly(replica));
            List<Map<String, Object>> pruned = engine.prune(Province.SPACE);
            same(1, pruned.size());
            same(Province.SPACE, pruned.get(0).get("space"));
            that((Long) pruned.get(0).get("pruned") > 0);
            same(pruned.get(0).get("pruned"), hashOnly(replica));
            same(digests, replica.digests());
            same("đã dọn", replica.records().get(id).field("head"));
            fails("history_not_here", () -> replica.records().history(id));
            that(engine.prune(null).size() > 0);
            same(pruned.get(0).get("pruned"), hashOnly(replica));
        }
    }

    private void pruneRefused() throws Exception {
        try (Replica replica = province.device(); SyncEngine engine = replica.sync();
                Replica fresh = Replica.create(province.options("prune-fresh"), "x");
                SyncEngine unjoined = fresh.sync()) {
            fails("not_joined", () -> unjoined.prune(null));
            fails("no_hub", () -> engine.prune(null));
            CotmocException failed = fails("connection_failed", () -> engine.setHub("127.0.0.1:1").prune(null));
            fails("unknown_space", () -> engine.prune("tinh-a/nowhere"));
            that(failed.retry() != CotmocException.Retry.NEVER);
            AtomicReference<String> inside = new AtomicReference<>();
            engine.setHub(province.hub()).setProgress(Runnable::run, progress -> {
                try {
                    engine.prune(null);
                } catch (CotmocException busy) {
                    inside.set(busy.name());
                }
            }).run();
            same("busy", inside.get());
            engine.setProgress(null, null).setPeer((String) replica.info().get("device"));
            fails("wrong_usage", () -> engine.prune(null));
            SyncEngine closed = replica.sync();
            closed.close();
            fails("wrong_usage", () -> closed.prune(null));
        }
    }

    private void neighbours() throws Exception {
        try (Replica one = province.device(); Replica two = province.device(); SyncEngine engine = two.sync();
                Server server = new Server(one, "127.0.0.1:0")) {
            fails("wrong_usage", () -> new Server(one, "nowhere"));
            // Both learn of each other.
            for (Replica each : List.of(one, two)) {
                try (SyncEngine first = each.sync()) {
                    first.setHub(province.hub()).run();
                }
            }
            String id = add(one, "Lân cận");
            AtomicReference<String> address = new AtomicReference<>();
            CountDownLatch listening = new CountDownLatch(1);
            CountDownLatch served = new CountDownLatch(1);
            AtomicReference<Map<String, Object>> session = new AtomicReference<>();
            AtomicReference<CotmocException> ended = new AtomicReference<>();
            Thread thread = new Thread(() -> {
                try {
                    server.run(Runnable::run, new Server.Listener() {
                        @Override
                        public void listening(String at) {
                            address.set(at);
                            listening.countDown();
                        }

                        @Override
                        public void ended(Map<String, Object> told) {
                            session.set(told);
                            served.countDown();
                        }
                    });
                } catch (CotmocException failed) {
                    ended.set(failed);
                }
            });
            thread.start();
            listening.await();
            String device = (String) one.info().get("device");
            same(true, engine.setPeer(device + "@" + address.get()).run().get("complete"));
            same("Lân cận", two.records().get(id).field("head"));
            served.await();
            same("", session.get().get("error"));
            server.cancel();
            thread.join();
            same(null, ended.get());
            server.cancel();
            server.run(Runnable::run, null);
        }
    }

    /** A pipe over a socket of Java, such as an app would write. */
    static class SocketPipe implements Transport {
        private final InetSocketAddress address;
        private volatile Selector selector;
        private SocketChannel channel;
        private SelectionKey key;
        final AtomicInteger closed = new AtomicInteger();

        SocketPipe(String address) {
            int colon = address.lastIndexOf(':');
            this.address = new InetSocketAddress(address.substring(0, colon),
                    Integer.parseInt(address.substring(colon + 1)));
        }

        @Override
        public void open(int timeoutMs) throws IOException {
            selector = Selector.open();
            channel = SocketChannel.open();
            channel.socket().connect(address, timeoutMs);
            channel.configureBlocking(false);
            key = channel.register(selector, SelectionKey.OP_READ);
        }

        @Override
        public int send(byte[] octets) throws IOException {
            return channel.write(ByteBuffer.wrap(octets));
        }

        @Override
        public int receive(byte[] into, int timeoutMs) throws IOException {
            key.interestOps(SelectionKey.OP_READ);
            if (timeoutMs > 0) {
                selector.select(timeoutMs);
            } else {
                selector.selectNow();
            }
            selector.selectedKeys().clear();
            return channel.read(ByteBuffer.wrap(into));
        }

        @Override
        public void close() {
            closed.incrementAndGet();
            try {
                channel.close();
                selector.close();
            } catch (IOException alreadyGone) {
                throw new IllegalStateException(alreadyGone);
            }
        }

        @Override
        public void wake() {
            Selector waiting = selector; // none yet: open() has only begun, and does not wait for long
            if (waiting != null) {
                waiting.wakeup();
            }
        }
    }

    /** A pipe that connects and then waits for ever for octets. */
    static final class SilentPipe implements Transport {
        final CountDownLatch waiting = new CountDownLatch(1);
        private final Object lock = new Object();
        private boolean woken;
        volatile Thread waker;
        volatile boolean open;
        final Object held;

        SilentPipe() {
            this(null);
        }

        SilentPipe(Object held) {
            this.held = held;
        }

        @Override
        public void open(int timeoutMs) {
            open = true;
        }

        @Override
        public int send(byte[] octets) {
            return octets.length;
        }

        @Override
        public int receive(byte[] into, int timeoutMs) {
            waiting.countDown();
            synchronized (lock) {
                try {
                    while (!woken) {
                        lock.wait();
                    }
                } catch (InterruptedException interrupted) {
                    throw new IllegalStateException(interrupted);
                }
            }
            return woken && waker != null ? -1 : 0;
        }

        @Override
        public void close() {
            open = false;
        }

        @Override
        public void wake() {
            waker = Thread.currentThread();
            synchronized (lock) {
                woken = true;
                lock.notifyAll();
            }
        }
    }

    private static String add(Replica replica, String head) throws CotmocException {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("direction", "incoming");
        fields.put("start_date", "2024-05-01");
        fields.put("head", head);
        return replica.records().add("delegation", fields);
    }

    private static Map<String, Object> sync(Replica replica, String hub) throws CotmocException {
        try (SyncEngine engine = replica.sync()) {
            return engine.setHub(hub).run();
        }
    }

    private void meet() throws Exception {
        try (Replica first = province.device(); Replica second = province.device()) {
            String hub = province.hub();
            String id = add(first, "Đoàn 😀");
            that(sync(first, hub).get("complete").equals(true));
            SocketPipe pipe = new SocketPipe(hub);
            try (SyncEngine engine = second.sync().setTransport(pipe).setAttachments(SyncEngine.Carry.NONE, 0)) {
                that(engine.run().get("complete").equals(true));
            }
            same(1, pipe.closed.get());
            same("Đoàn 😀", second.records().get(id).field("head"));
            same(first.digests(), second.digests());
            same(true, second.verify().get("ok"));
        }
    }

    private void conflict() throws Exception {
        try (Replica first = province.device(); Replica second = province.device()) {
            String hub = province.hub();
            String id = add(first, "A");
            sync(first, hub);
            sync(second, hub);
            first.records().edit(id, new Edits().set("head", "B"));
            second.records().edit(id, new Edits().set("head", "C"));
            sync(first, hub);
            sync(second, hub);
            List<Conflict> conflicts = second.records().conflicts(id);
            same(1, conflicts.size());
            same("head", conflicts.get(0).field());
            same(2, conflicts.get(0).values().size());
            that(!conflicts.get(0).why().isEmpty());
            Conflict.Value hidden = conflicts.get(0).values().get(conflicts.get(0).values().get(0).isShown() ? 1 : 0);
            String shown = second.records().getWithVersions(id).version("head");
            second.records().take(id, "head", hidden.number(), shown);
            same(hidden.value(), second.records().get(id).field("head"));
            fails("no_conflict", () -> second.records().acknowledge(id, "head", null));
            sync(second, hub);
            sync(first, hub);
            same(hidden.value(), first.records().get(id).field("head"));
            that(first.records().get(id).conflicts().isEmpty());
        }
    }

    private void progress() throws Exception {
        try (Replica replica = province.device(); SyncEngine engine = replica.sync()) {
            add(replica, "x");
            List<Progress> told = new ArrayList<>();
            ExecutorService executor = Executors.newSingleThreadExecutor();
            engine.setHub(province.hub()).setProgress(executor, told::add).run();
            executor.submit(() -> {}).get();
            executor.shutdown();
            Progress last = told.get(told.size() - 1);
            that(last.octetsUp() > 0 && last.octetsDown() > 0 && last.changeSets() >= 1);
            same(Progress.Stage.OVER, last.stage());
            that(!last.noProgress() && last.expected() >= last.changeSets());
        }
    }

    /** As a listener in Kotlin can, which knows no checked exceptions. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwUnchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private void refusedProgress() throws Exception {
        try (Replica replica = province.device(); SyncEngine engine = replica.sync()) {
            RejectedExecutionException refused = new RejectedExecutionException("over");
            engine.setHub(province.hub()).setProgress(task -> {
                throw refused;
            }, progress -> {});
            throwsThis(refused, engine::run);
            CotmocException own = new CotmocException(CotmocException.NO_ANSWER, "a listener");
            engine.setProgress(Runnable::run, progress -> SyncTests.<RuntimeException>throwUnchecked(own));
            CotmocException failed = fails("no_answer", engine::run);
            same(own, failed.getCause());
            same(false, Json.object(failed.report()).get("complete"));
            engine.setProgress(null, null);
            that(engine.run().get("complete").equals(true));
        }
    }

    private void throwingPipe() throws Exception {
        try (Replica replica = province.device(); SyncEngine engine = replica.sync()) {
            String hub = province.hub();
            IOException io = new IOException("no radio");
            engine.setTransport(new SocketPipe(hub) {
                @Override
                public void open(int timeoutMs) throws IOException {
                    throw io;
                }
            });
            CotmocException failed = fails("connection_failed", engine::run);
            same(io, failed.getCause());
            that(failed.retry() != CotmocException.Retry.NEVER);
            RuntimeException bug = new IllegalStateException("bug");
            engine.setTransport(new SocketPipe(hub) {
                @Override
                public int send(byte[] octets) {
                    throw bug;
                }
            });
            throwsThis(bug, engine::run);
            engine.setTransport(new SocketPipe(hub) {
                @Override
                public int receive(byte[] into, int timeoutMs) throws IOException {
                    throw io;
                }
            });
            failed = fails("connection_lost", engine::run);
            same(io, failed.getCause());
            that(failed.report() != null);
            engine.setTransport(new SocketPipe(hub) {
                @Override
                public int send(byte[] octets) {
                    return octets.length + 1;
                }
            });
            fails("wrong_usage", engine::run);
        }
    }

    private void noHub() throws Exception {
        try (Replica replica = province.device(); SyncEngine engine = replica.sync()) {
            fails("no_hub", engine::run);
            CotmocException failed = fails("connection_failed", () -> engine.setHub("127.0.0.1:1").run());
            that(failed.retry() != CotmocException.Retry.NEVER);
            that(failed.report() != null);
        }
    }

    /** Runs a sync over a silent pipe in a thread, calls `end` once it waits, and gives what run gave. */
    private Object runAndEnd(Replica replica, SyncEngine engine, SilentPipe pipe, Check.Body end) throws Exception {
        engine.setTransport(pipe);
        AtomicReference<Object> result = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                result.set(engine.run());
            } catch (Throwable thrown) {
                result.set(thrown);
            }
        });
        thread.start();
        pipe.waiting.await();
        fails("busy", replica::close);
        fails("busy", engine::run);
        replica.info();
        end.run();
        thread.join(60_000);
        that(!thread.isAlive());
        that(!pipe.open);
        return result.get();
    }

    private void cancel() throws Exception {
        try (Replica replica = province.device(); SyncEngine engine = replica.sync()) {
            Object result = runAndEnd(replica, engine, new SilentPipe(), engine::cancel);
            same(false, ((Map<?, ?>) result).get("complete"));
        }
    }

    private void nativeCancel() throws Exception {
        try (Replica replica = province.device(); SyncEngine engine = replica.sync()) {
            SilentPipe pipe = new SilentPipe();
            Object result = runAndEnd(replica, engine, pipe,
                    () -> same(0, engine.handle().use(at -> Probe.cancelFromNativeThread(at))));
            same(false, ((Map<?, ?>) result).get("complete"));
            that(pipe.waker != null && pipe.waker != Thread.currentThread());
        }
    }

    private void closeWhileRunning() throws Exception {
        try (Replica replica = province.device()) {
            SyncEngine engine = replica.sync();
            Object result = runAndEnd(replica, engine, new SilentPipe(), engine::close);
            same(false, ((Map<?, ?>) result).get("complete"));
            fails("wrong_usage", engine::run);
        }
    }

    private void watch() throws Exception {
        try (Replica replica = province.device(); SyncEngine engine = replica.sync()) {
            engine.setHub(province.hub());
            List<Map<String, Object>> sessions = new ArrayList<>();
            add(replica, "watched");
            engine.setHints(true, true);
            engine.networkChanged();
            engine.request();
            engine.watch(0, Runnable::run, session -> {
                sessions.add(session);
                try {
                    engine.cancel();
                } catch (CotmocException failed) {
                    throw new IllegalStateException(failed);
                }
            });
            same(1, sessions.size());
            same(null, sessions.get(0).get("error"));
            IllegalStateException bug = new IllegalStateException("listener");
            engine.request();
            throwsThis(bug, () -> engine.watch(0, Runnable::run, session -> {
                throw bug;
            }));
            SyncEngine closed = replica.sync();
            closed.close();
            fails("wrong_usage", () -> closed.setHints(false, false));
            fails("wrong_usage", closed::networkChanged);
        }
    }
}
