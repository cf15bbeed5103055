package vn.cotmoc;

import static vn.cotmoc.Check.same;
import static vn.cotmoc.Check.that;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Who observes, on which executor, and until when. */
final class ObserverTests extends ReplicaTests {
    ObserverTests(Province province, Replica replica) {
        super(province, replica);
    }

    @Override
    void list(Check check) {
        check.test("observers run on their executor", this::observers);
        check.test("what an observer throws at once goes to the handler, and the change stays", this::throwingObserver);
        check.test("after changes that the executor refused an observer is told so", this::lostChanges);
        check.test("a closed subscription tells nothing more", this::closedSubscription);
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

    private void lostChanges() throws Exception {
        Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> {});
        boolean[] full = {true};
        List<Change> told = new ArrayList<>();
        Subscription subscription = replica.observe((Query) null, task -> {
            if (full[0]) {
                throw new RejectedExecutionException("full");
            }
            task.run();
        }, told::add);
        add("head", "lost");
        add("head", "lost too");
        same(0, told.size());
        full[0] = false;
        add("head", "told");
        add("head", "told too");
        subscription.close();
        Thread.currentThread().setUncaughtExceptionHandler(null);
        same(2, told.size());
        that(told.get(0).isAfterLoss());
        that(!told.get(1).isAfterLoss());
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
}
