package vn.cotmoc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Records: add, edit, delete, look at, go back, and settle conflicts. Any thread. A change is durable when the
 * call returns.
 *
 * <p>An id is a record's UUID, or the first digits of it, four or more, if they begin exactly one ({@code bad_id},
 * {@code unknown_record}). What changes a record fails with {@code not_joined}, {@code not_allowed}, {@code revoked},
 * {@code replica_restored}, and for a field with what {@code docs/errors.md} says of fields.
 */
public final class Records {
    private final Replica replica; // who has these has the replica: it is not collected
    private final Handle handle;

    Records(Replica replica, Handle handle) {
        this.replica = replica;
        this.handle = handle;
    }

    /**
     * A new record in the one space that this device may write.
     *
     * @param kind of the catalogue
     * @param fields values as {@link Json} takes them
     * @return the id
     * @throws CotmocException {@code space_needed}, and what changes a record
     */
    public String add(String kind, Map<String, ?> fields) throws CotmocException {
        return add(kind, null, null, fields);
    }

    /**
     * A new record.
     *
     * @param kind of the catalogue
     * @param space null: the one that this device may write
     * @param id a whole UUID that is not in use; null: a new one
     * @param fields values as {@link Json} takes them
     * @return the id
     * @throws CotmocException {@code record_exists}, and what changes a record
     */
    public String add(String kind, String space, String id, Map<String, ?> fields) throws CotmocException {
        String json = Json.write(fields);
        return handle.use(at -> Native.recordAdd(at, kind, space, id, json));
    }

    /**
     * Edits a record, all or nothing.
     *
     * @param id which
     * @param edits at least one
     * @return the record as it is now
     * @throws CotmocException {@link CotmocException#STALE}, and what changes a record
     */
    public Record edit(String id, Edits edits) throws CotmocException {
        String json = edits.json();
        return new Record(handle.use(at -> Native.recordEdit(at, id, json)));
    }

    /**
     * Deletes it; its history stays.
     *
     * @param id which
     * @throws CotmocException {@code record_deleted}, and what changes a record
     */
    public void delete(String id) throws CotmocException {
        handle.act(at -> Native.recordDelete(at, id));
    }

    /**
     * Brings a deleted record back.
     *
     * @param id which
     * @return the record as it is now
     * @throws CotmocException what changes a record
     */
    public Record restore(String id) throws CotmocException {
        return new Record(handle.use(at -> Native.recordRestore(at, id)));
    }

    /**
     * Takes one line of an import file; a known id with other content becomes edits.
     *
     * @param line id, kind, space, fields as JSON
     * @return "added", "changed" or "unchanged"
     * @throws CotmocException what changes a record
     */
    public String importLine(String line) throws CotmocException {
        return handle.use(at -> Native.recordImport(at, line));
    }

    /**
     * Reads a record.
     *
     * @param id which
     * @return the record as it is now
     * @throws CotmocException {@code unknown_record}
     */
    public Record get(String id) throws CotmocException {
        return new Record(handle.use(at -> Native.recordGet(at, id)));
    }

    /**
     * Reads a record for a form: with {@link Record#version}.
     *
     * @param id which
     * @return the record as it is now
     * @throws CotmocException {@code unknown_record}
     */
    public Record getWithVersions(String id) throws CotmocException {
        return new Record(handle.use(at -> Native.recordVersions(at, id)));
    }

    /**
     * Every change, causes first.
     *
     * @param id which
     * @return the objects of {@code show --history --json}
     * @throws CotmocException {@code unknown_record}
     */
    public List<Map<String, Object>> history(String id) throws CotmocException {
        return Json.asObjects(Json.parse(handle.use(at -> Native.recordHistory(at, id))));
    }

    /**
     * Makes the record what it was right after a change.
     *
     * @param id which
     * @param change of its history
     * @return the record as it is now
     * @throws CotmocException {@code unknown_change}, {@code void_change}, and what changes a record
     */
    public Record revert(String id, String change) throws CotmocException {
        return new Record(handle.use(at -> Native.recordRevert(at, id, change)));
    }

    /**
     * Joins another record into this one; both ids mean this one from then on.
     *
     * @param id which stays
     * @param other which goes
     * @return the object of {@code merge --json}
     * @throws CotmocException {@code same_record}, {@code cannot_join}, and what changes a record
     */
    public Map<String, Object> merge(String id, String other) throws CotmocException {
        return Json.object(handle.use(at -> Native.recordMerge(at, id, other)));
    }

    /**
     * Makes them two again.
     *
     * @param id the one that went
     * @return the object of {@code merge --json}
     * @throws CotmocException {@code not_merged}, and what changes a record
     */
    public Map<String, Object> separate(String id) throws CotmocException {
        return Json.object(handle.use(at -> Native.recordSeparate(at, id)));
    }

    /**
     * Pairs of records that may be of one thing.
     *
     * @param kind of the catalogue
     * @param space null: all
     * @return the objects of {@code duplicates --json}
     * @throws CotmocException {@code unknown_kind}, {@code unknown_space}
     */
    public List<Map<String, Object>> duplicates(String kind, String space) throws CotmocException {
        return Json.asObjects(Json.parse(handle.use(at -> Native.recordDuplicates(at, kind, space))));
    }

    /**
     * The fields of a record in conflict.
     *
     * @param id which
     * @return empty if there are none
     * @throws CotmocException {@code unknown_record}
     */
    public List<Conflict> conflicts(String id) throws CotmocException {
        List<Conflict> conflicts = new ArrayList<>();
        String json = handle.use(at -> Native.conflictList(at, id));
        for (Map<String, Object> each : Json.asObjects(Json.parse(json))) {
            conflicts.add(Conflict.of(each));
        }
        return conflicts;
    }

    /**
     * Gives the records of a kind as a table (RFC 4180): a row of names first. The audit tells of it.
     *
     * @param kind of the catalogue
     * @param space null: all
     * @param sink gets each row, without a line's end: a file ends each with CR LF. It may not call this replica
     * @throws CotmocException {@code wrong_usage} without a kind, {@code unknown_kind}, {@code unknown_space}, and
     *         what changes a record
     */
    public void exportCsv(String kind, String space, RowSink sink) throws CotmocException {
        handle.act(at -> Native.exportCsv(at, kind, space, sink));
    }

    /**
     * Different fields that were edited at once and merged.
     *
     * @param id which; null: of every record, while other threads wait: better by {@link Replica#softConflicts}
     * @return the objects of {@code conflicts --soft --json}
     * @throws CotmocException {@code unknown_record}
     */
    public List<Map<String, Object>> softConflicts(String id) throws CotmocException {
        return Json.asObjects(Json.parse(handle.use(at -> Native.conflictSoft(at, id))));
    }

    /**
     * Settles a conflict for everybody: keeps one of the values.
     *
     * @param id which record
     * @param field in conflict
     * @param number of {@link Conflict.Value#number}
     * @param shown what the person saw, of {@link Record#version}; null: whatever it is
     * @throws CotmocException {@code no_conflict}, {@link CotmocException#STALE}, and what changes a record
     */
    public void take(String id, String field, int number, String shown) throws CotmocException {
        handle.act(at -> Native.conflictTake(at, id, field, number, shown));
    }

    /**
     * Settles a conflict for everybody by another value.
     *
     * @param id which record
     * @param field in conflict
     * @param value as {@link Json} takes it
     * @param shown what the person saw, of {@link Record#version}; null: whatever it is
     * @throws CotmocException {@code no_conflict}, {@link CotmocException#STALE}, and what changes a record
     */
    public void settle(String id, String field, Object value, String shown) throws CotmocException {
        String json = Json.write(value);
        handle.act(at -> Native.conflictSet(at, id, field, json, shown));
    }

    /**
     * Leaves what is shown; the other values have been looked at.
     *
     * @param id which record
     * @param field in conflict
     * @param shown what the person saw, of {@link Record#version}; null: whatever it is
     * @throws CotmocException {@code no_conflict}, {@link CotmocException#STALE}, and what changes a record
     */
    public void acknowledge(String id, String field, String shown) throws CotmocException {
        handle.act(at -> Native.conflictAcknowledge(at, id, field, shown));
    }
}
