package vn.cotmoc;

import static vn.cotmoc.Check.fails;
import static vn.cotmoc.Check.same;
import static vn.cotmoc.Check.that;
import static vn.cotmoc.Check.throwsThis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Records, lists, rows of SQL and batches over a real library. */
final class RecordTests extends ReplicaTests {
    RecordTests(Province province, Replica replica) {
        super(province, replica);
    }

    @Override
    void list(Check check) {
        check.test("records are added, edited, deleted, restored", this::records);
        check.test("an edit of an outdated view is stale", this::stale);
        check.test("a list ends, can be limited and filtered", this::lists);
        check.test("rows end when the sink says so, and with what it throws", this::rows);
        check.test("records leave in the form that comes in again", this::exported);
        check.test("a batch is one change, or none with what it throws", this::batches);
        check.test("an exception inside an exception's call comes out", this::nested);
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

    private void exported() throws Exception {
        String id = add("head", "exported");
        List<String> lines = new ArrayList<>();
        replica.export("delegation", Province.SPACE, lines::add);
        String line = lines.stream().filter(each -> each.contains(id)).findFirst().get();
        same("unchanged", replica.records().importLine(line));
        int all = lines.size();
        replica.export(null, null, row -> lines.add(row) && false);
        same(all + 1, lines.size());
        fails("unknown_kind", () -> replica.export("nothing", null, row -> true));
        List<String> rows = new ArrayList<>();
        replica.records().exportCsv("delegation", null, rows::add);
        that(rows.get(0).startsWith("id,space,"));
        that(rows.stream().anyMatch(each -> each.startsWith(id + "," + Province.SPACE + ",")));
        fails("wrong_usage", () -> replica.records().exportCsv(null, null, row -> true));
        fails("unknown_kind", () -> replica.records().exportCsv("nothing", null, row -> true));
        fails("unknown_change", () -> replica.release("abcdef"));
        fails("wrong_usage", () -> replica.release("abc"));
        fails("wrong_shape", () -> replica.attachments().detach(id, "head", null));
        fails("wrong_shape", () -> replica.attachments().readThumbnail(id, "head", null, System.out));
        try (SyncEngine engine = replica.sync()) {
            fails("unknown_device", engine.setPeer("nobody@127.0.0.1:1")::run);
            fails("wrong_usage", () -> engine.setPeer(""));
            fails("unknown_record", () -> engine.want("00000000-0000-4000-8000-000000000000", "files", null, false));
        }
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
}
