package vn.cotmoc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * One installed database with its device's keys. Any thread; calls wait for each other, for one local read or write.
 * A sync elsewhere holds them up for seconds where it installs a snapshot or checks it: not for the main thread.
 */
public final class Replica implements AutoCloseable {
    /** What {@link #batch} runs. */
    public interface Work {
        /**
         * Runs once, at once, on the thread of the call.
         *
         * @throws CotmocException to change nothing; so does every other exception
         */
        void run() throws CotmocException;
    }

    final Handle handle;
    private final Records records;
    private final Attachments attachments;
    private final Bundles bundles;

    private Replica(long pointer) {
        handle = new Handle("replica", pointer, Native::replicaFree);
        records = new Records(this, handle);
        attachments = new Attachments(this, handle);
        bundles = new Bundles(this, handle);
        handle.belongsTo(this);
    }

    /**
     * Makes a device's keys and an empty encrypted database, and opens it. Takes up to a second.
     *
     * @param options directory and passphrase at least
     * @param name the device's
     * @return the replica
     * @throws CotmocException {@code already_exists}, {@code no_passphrase}, {@code weak_passphrase}, {@code busy}
     */
    public static Replica create(ReplicaOptions options, String name) throws CotmocException {
        Handle.freeForgotten();
        if (name == null) {
            throw new CotmocException(CotmocException.WRONG_USAGE, "name is null");
        }
        return new Replica(options.open(name));
    }

    /**
     * Opens it. Takes up to a second.
     *
     * @param options with what it was made with
     * @return the replica
     * @throws CotmocException {@code no_replica}, {@code no_passphrase}, {@code wrong_passphrase}, {@code busy}
     */
    public static Replica open(ReplicaOptions options) throws CotmocException {
        Handle.freeForgotten();
        return new Replica(options.open(null));
    }

    /**
     * Closes the database and forgets the keys. What came from it is closed with it and is still to be closed.
     *
     * @throws CotmocException {@code busy} while a sync runs and inside a callback: nothing is closed then
     */
    @Override
    public void close() throws CotmocException {
        if (!handle.isClosed()) {
            try {
                handle.act(Native::replicaClose);
            } catch (CotmocException failed) {
                if (handle.isClosed()) {
                    return;
                }
                throw failed;
            }
            handle.close();
        }
    }

    /**
     * Closes the files and gives up the lock of the directory, but keeps the keys: before the system suspends an app.
     *
     * @throws CotmocException {@code busy} while a sync runs and inside a callback
     */
    public void suspend() throws CotmocException {
        handle.act(Native::suspend);
    }

    /**
     * Opens the files again.
     *
     * @throws CotmocException {@code busy} if another process has the directory now
     */
    public void resume() throws CotmocException {
        handle.act(Native::resume);
    }

    /**
     * Records, and what a person decides about conflicts.
     *
     * @return those of this replica
     */
    public Records records() {
        return records;
    }

    /**
     * Files that records name.
     *
     * @return those of this replica
     */
    public Attachments attachments() {
        return attachments;
    }

    /**
     * Bundles on a stick.
     *
     * @return those of this replica
     */
    public Bundles bundles() {
        return bundles;
    }

    /**
     * Who this device is.
     *
     * @return device, name, joined, restored, spaces
     * @throws CotmocException if it is closed
     */
    public Map<String, Object> info() throws CotmocException {
        return Json.object(view(View.INFO));
    }

    /**
     * What is unsent, at the hub, confirmed; conflicts, the clock.
     *
     * @return the object of {@code status --json}
     * @throws CotmocException if it is closed
     */
    public Map<String, Object> status() throws CotmocException {
        return Json.object(view(View.STATUS));
    }

    /**
     * Kinds, fields, types and labels, of which an app makes its forms.
     *
     * @return the catalogue as the authority signed it
     * @throws CotmocException {@code not_joined}
     */
    public Map<String, Object> catalogue() throws CotmocException {
        return Json.object(view(View.CATALOGUE));
    }

    /**
     * Who belongs to the province: neighbours, readers of bundles, and until when this device does.
     *
     * @return the objects of {@code authority list --json}; a name that cannot be read here is ""
     * @throws CotmocException {@code not_joined}
     */
    public List<Map<String, Object>> devices() throws CotmocException {
        return Json.asObjects(Json.parse(view(View.DEVICES)));
    }

    /**
     * Asks the authority to enrol this device.
     *
     * @return text that fits a QR code
     * @throws CotmocException if it is closed
     */
    public String request() throws CotmocException {
        return view(View.REQUEST);
    }

    /**
     * The fingerprint of the root that a grant names, for a person to compare with the poster in the office.
     *
     * @param grant of the authority
     * @return the fingerprint
     * @throws CotmocException {@code bad_grant}
     */
    public static String fingerprint(String grant) throws CotmocException {
        return Native.grantFingerprint(grant);
    }

    /**
     * Takes the authority's grant.
     *
     * @param grant of the authority
     * @param root the fingerprint that a person has confirmed; null for a renewal
     * @throws CotmocException {@code wrong_root}, {@code wrong_grant}, {@code root_needed}, {@code already_joined}
     */
    public void join(String grant, String root) throws CotmocException {
        handle.act(at -> Native.join(at, grant, root));
    }

    /**
     * Enrolment from afar: the next message for the authority; in the end two people compare nine digits by voice.
     *
     * @param message of the authority; null begins an attempt in place of a former one
     * @return "message", or after the authority's last one "code"
     * @throws CotmocException {@code bad_offer}
     */
    public Map<String, Object> requestRemote(String message) throws CotmocException {
        return Json.object(handle.use(at -> Native.requestRemote(at, message)));
    }

    /**
     * Takes the authority's grant after that.
     *
     * @param grant of the authority
     * @param code what the authority read out; it stands for the fingerprint
     * @throws CotmocException {@code code_differs}: somebody stands between; as {@link #join}; {@code bad_offer}
     */
    public void joinRemote(String grant, String code) throws CotmocException {
        handle.act(at -> Native.joinRemote(at, grant, code));
    }

    /**
     * A new identity for a restored or copied replica.
     *
     * @param passphrase octets
     * @param name null: the old one with a number
     * @return the new request
     * @throws CotmocException {@code not_restored}, {@code wrong_passphrase}, {@code tries_used_up}
     */
    public String rejoin(byte[] passphrase, String name) throws CotmocException {
        return handle.use(at -> Native.rejoin(at, passphrase, name));
    }

    /**
     * The former one opens nothing any more when it returns.
     *
     * @param current octets
     * @param fresh octets
     * @throws CotmocException {@code wrong_passphrase}, {@code weak_passphrase}
     */
    public void changePassphrase(byte[] current, byte[] fresh) throws CotmocException {
        handle.act(at -> Native.changePassphrase(at, current, fresh));
    }

    /**
     * Makes one transaction of what the work changes through {@link #records}; durable when it returns. If the work
     * or a call in it throws, nothing is changed. Other calls in it fail with {@code busy}; other threads wait.
     *
     * @param work what to do
     * @throws CotmocException what went wrong in it
     */
    public void batch(Work work) throws CotmocException {
        handle.act(at -> Native.batch(at, work));
    }

    /**
     * Begins to read a list.
     *
     * @param query null: everything
     * @return to be closed
     * @throws CotmocException {@code unknown_kind}, {@code unknown_field}, {@code unknown_space}
     */
    public Cursor<Record> query(Query query) throws CotmocException {
        return Cursor.open(this, Cursor.RECORDS, query, Record::new);
    }

    /**
     * Reads a list at once: for short ones.
     *
     * @param query null: everything
     * @return all records
     * @throws CotmocException as {@link #query}
     */
    public List<Record> list(Query query) throws CotmocException {
        List<Record> all = new ArrayList<>();
        try (Cursor<Record> cursor = query(query)) {
            for (Record next = cursor.next(); next != null; next = cursor.next()) {
                all.add(next);
            }
        }
        return all;
    }

    /**
     * Begins to read all fields in conflict.
     *
     * @param query chooses the records; null: everything
     * @return to be closed
     * @throws CotmocException as {@link #query}
     */
    public Cursor<Conflict> conflicts(Query query) throws CotmocException {
        return Cursor.open(this, Cursor.CONFLICTS, query, Conflict::read);
    }

    /**
     * Begins to read different fields that were edited at once and merged. Each step reads the history of records until
     * it comes to one; other threads use the replica between two steps.
     *
     * @param query chooses the records; null: everything
     * @return the object of {@code conflicts --soft --json} of each record that has any; to be closed
     * @throws CotmocException as {@link #query}
     */
    public Cursor<Map<String, Object>> softConflicts(Query query) throws CotmocException {
        return Cursor.open(this, Cursor.SOFT_CONFLICTS, query, Json::object);
    }

    /**
     * Runs a SELECT over one view a kind.
     *
     * @param statement SQL that only reads
     * @param sink gets each row; may not call this replica
     * @throws CotmocException {@code bad_query}
     */
    public void sql(String statement, RowSink sink) throws CotmocException {
        handle.act(at -> Native.sql(at, statement, sink));
    }

    /**
     * Who did what and when, from signed history.
     *
     * @param sink gets each line of {@code audit --json}; may not call this replica
     * @throws CotmocException if it is closed
     */
    public void audit(RowSink sink) throws CotmocException {
        handle.act(at -> Native.audit(at, sink));
    }

    /**
     * Gives records in the form that {@link Records#importLine} takes. The audit tells of it.
     *
     * @param kind of the catalogue; null: all
     * @param space null: all
     * @param sink gets each record; may not call this replica
     * @throws CotmocException {@code unknown_kind}, {@code unknown_space}, and what changes a record
     */
    public void export(String kind, String space, RowSink sink) throws CotmocException {
        handle.act(at -> Native.export(at, kind, space, sink));
    }

    /**
     * The figures of a report.
     *
     * @param space with those under it
     * @param from a day such as 2024-01-01
     * @param to the last day
     * @return the object of {@code report --json}
     * @throws CotmocException {@code unknown_space}, {@code bad_date}
     */
    public Map<String, Object> report(String space, String from, String to) throws CotmocException {
        return Json.object(handle.use(at -> Native.report(at, space, from, to)));
    }

    /**
     * Tells when the result of a query changes, from now on. For the first result read a cursor after this.
     *
     * @param query null: everything
     * @param executor runs the observer
     * @param observer is told
     * @return to be closed
     * @throws CotmocException as {@link #query}
     */
    public Subscription observe(Query query, Executor executor, Observer observer) throws CotmocException {
        Query asked = query == null ? new Query() : query;
        ObserverBridge bridge = new ObserverBridge(executor, observer);
        return new Subscription(this,
                handle.use(at -> Native.observeQuery(at, asked.texts(), asked.limit(), asked.flags(), bridge)), bridge);
    }

    /**
     * Tells when one record changes, which need not exist yet.
     *
     * @param id a whole UUID
     * @param executor runs the observer
     * @param observer is told that the record is among {@link Change#changed}
     * @return to be closed
     * @throws CotmocException {@code bad_id}
     */
    public Subscription observe(String id, Executor executor, Observer observer) throws CotmocException {
        ObserverBridge bridge = new ObserverBridge(executor, observer);
        return new Subscription(this, handle.use(at -> Native.observeRecord(at, id, bridge)), bridge);
    }

    /**
     * A driver of syncs with the hub.
     *
     * @return to be closed
     * @throws CotmocException if it is closed
     */
    public SyncEngine sync() throws CotmocException {
        return new SyncEngine(this, handle.use(Native::syncNew));
    }

    /**
     * Re-checks every signature, hash, chain and digest and the database. Takes long; other calls wait.
     *
     * @return ok, wrong, not_checked
     * @throws CotmocException if it is closed
     */
    public Map<String, Object> verify() throws CotmocException {
        return Json.object(view(View.VERIFY));
    }

    /**
     * What arrived and has no effect, with its reason.
     *
     * @return the objects of {@code quarantine --json}
     * @throws CotmocException if it is closed
     */
    public List<Map<String, Object>> quarantine() throws CotmocException {
        return Json.asObjects(Json.parse(view(View.QUARANTINE)));
    }

    /**
     * Judges a change set in quarantine once more, with all of its space.
     *
     * @param hash six digits of it or more
     * @return released, and the reason if it stays
     * @throws CotmocException {@code unknown_change}, {@code ambiguous_change}; {@code busy} while a sync runs
     */
    public Map<String, Object> release(String hash) throws CotmocException {
        return Json.object(handle.use(at -> Native.release(at, hash)));
    }

    /**
     * The state digests of the spaces: equal wherever the same is held.
     *
     * @return hex by space
     * @throws CotmocException if it is closed
     */
    public Map<String, Object> digests() throws CotmocException {
        return Json.object(view(View.DIGESTS));
    }

    /**
     * The library's version.
     *
     * @return such as "0.1.0"
     */
    public static String version() {
        return Native.version();
    }

    private String view(View what) throws CotmocException {
        return handle.use(at -> Native.view(at, what.ordinal()));
    }
}
