package vn.cotmoc;

import static vn.cotmoc.Check.fails;
import static vn.cotmoc.Check.same;
import static vn.cotmoc.Check.that;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** What is closed, forgotten, suspended. */
final class LifeTests extends ReplicaTests {
    LifeTests(Province province, Replica replica) {
        super(province, replica);
    }

    @Override
    void list(Check check) {
        check.test("what is closed answers wrong_usage", this::closing);
        check.test("a close makes its last call when no other can begin", this::lastCall);
        check.test("a call that goes on survives a close", this::closeUnderneath);
        check.test("what was forgotten is freed", this::forgotten);
        check.test("what was forgotten is freed by any later handle, but not inside a call", this::forgottenLater);
        check.test("what a replica gave keeps it open", this::reachable);
        check.test("a server that only its run knows goes on", this::heldWhileItServes);
        check.test("no callback is held once it is not needed", this::letGo);
        check.test("suspended means busy", this::suspending);
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

    /** fails for bodies of a batch and of a call. */
    private static void fails0(String name, Check.Body body) {
        try {
            fails(name, body);
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private void lastCall() throws Exception {
        List<String> done = new ArrayList<>();
        Handle handle = new Handle("thing", 1, at -> done.add("freed"));
        handle.close(at -> {
            done.add(handle.isClosed() ? "closed" : "open");
            fails0("wrong_usage", () -> handle.act(again -> done.add("another call")));
        });
        handle.close(at -> done.add("closed twice"));
        handle.close();
        same(List.of("closed", "freed"), done);
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
        that(Handle.owners() > before);
        for (int i = 0; i < 100 && Handle.owners() > before; i++) {
            System.gc();
            Replica.create(province.options("forgotten-" + i), "x").close();
        }
        that(Handle.owners() <= before);
    }

    private void forgottenLater() throws Exception {
        int before = Handle.owners();
        for (int i = 0; i < 50; i++) {
            replica.query(null);
        }
        for (int i = 0; i < 20; i++) {
            System.gc();
            replica.batch(() -> {
                int owners = Handle.owners();
                Handle.freeForgotten();
                replica.query(null).close();
                same(owners, Handle.owners());
            });
        }
        for (int i = 0; i < 100 && Handle.owners() > before; i++) {
            System.gc();
            replica.query(null).close();
        }
        that(Handle.owners() <= before);
    }

    private void reachable() throws Exception {
        // Not joined: they say so as long as the replica is open.
        Records records = Replica.create(province.options("reached-1"), "x").records();
        SyncEngine engine = Replica.create(province.options("reached-2"), "x").sync();
        Attachments files = Replica.create(province.options("reached-3"), "x").attachments();
        Cursor<Record> cursor = Replica.create(province.options("reached-4"), "x").query(null);
        Bundles bundles = Replica.create(province.options("reached-5"), "x").bundles();
        Server server = new Server(Replica.create(province.options("reached-6"), "x"), "127.0.0.1:0");
        collectAll();
        Handle.freeForgotten();
        fails("not_joined", () -> records.add("delegation", fields()));
        fails("not_joined", engine::run);
        fails("not_joined", () -> files.list("abcd", "files"));
        same(null, cursor.next());
        fails("not_joined", () -> bundles.writeSigned(province.work.resolve("reached").toString()));
        fails("not_joined", () -> server.run(Runnable::run, null));
        server.close();
        engine.close();
        cursor.close();
    }

    /** What nothing held when this was called has been put into its queue when it returns. */
    private static void collectAll() throws Exception {
        System.gc();
        // Queues are filled in the order of the collections, by a thread of its own.
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        PhantomReference<Object> last = new PhantomReference<>(new Object(), queue);
        Object found = null;
        for (int i = 0; i < 1000 && found == null; i++) {
            System.gc();
            found = queue.remove(100);
        }
        same(last, found);
    }

    private void heldWhileItServes() throws Exception {
        AtomicReference<Server> only = new AtomicReference<>(new Server(replica, "127.0.0.1:0"));
        for (int i = 0; i < 5_000; i++) { // compiled, a call holds no more than it still needs
            only.get().cancel();
            only.get().run(Runnable::run, null);
        }
        WeakReference<Server> server = new WeakReference<>(only.get());
        CountDownLatch listening = new CountDownLatch(1);
        AtomicReference<CotmocException> wrong = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                only.getAndSet(null).run(Runnable::run, new Server.Listener() {
                    @Override
                    public void listening(String address) {
                        listening.countDown();
                    }

                    @Override
                    public void ended(Map<String, Object> session) {}
                });
            } catch (CotmocException failed) {
                wrong.set(failed);
                listening.countDown();
            }
        });
        thread.setDaemon(true);
        thread.start();
        listening.await();
        for (int i = 0; i < 20; i++) {
            System.gc();
            Handle.freeForgotten();
        }
        Server found = server.get();
        that(found != null);
        found.close();
        thread.join();
        same(null, wrong.get());
        fails("wrong_usage", () -> found.run(Runnable::run, null));
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
}
