package vn.cotmoc;

import java.util.List;
import java.util.Map;

/** Bundles: what a sync would send, in files on a stick. Any thread; not while a sync runs ({@code busy}). */
public final class Bundles {
    /** The largest volume. */
    public static final long VOLUME_SIZE_MAX = 256L * 1024 * 1024;

    /** For {@link #write}: without attached files. */
    public static final long NO_ATTACHMENTS = -1;

    private final Replica replica; // who has these has the replica: it is not collected
    private final Handle handle;

    Bundles(Replica replica, Handle handle) {
        this.replica = replica;
        this.handle = handle;
    }

    /**
     * Writes a bundle for everybody of the province.
     *
     * @param path of a file that does not exist; several volumes become PATH.001 and so on
     * @return the object of {@code bundle export --json}
     * @throws CotmocException {@code not_joined}, {@code file_exists}
     */
    public Map<String, Object> write(String path) throws CotmocException {
        return write(path, null, VOLUME_SIZE_MAX, false);
    }

    /**
     * Writes a bundle.
     *
     * @param path of a file that does not exist; several volumes become PATH.001 and so on
     * @param reader a device by name or id, "hub" or "province"; null: everybody of the province
     * @param volumeSize at most so many octets a volume, 64 KiB to {@link #VOLUME_SIZE_MAX}
     * @param everything as if nothing were known of what the reader holds
     * @return the object of {@code bundle export --json}
     * @throws CotmocException {@code not_joined}, {@code unknown_device}, {@code file_exists}, {@code out_of_bounds}
     */
    public Map<String, Object> write(String path, String reader, long volumeSize, boolean everything)
            throws CotmocException {
        return write(path, reader, volumeSize, everything, NO_ATTACHMENTS);
    }

    /**
     * Writes a bundle, and beside it attached files that the reader is not known to hold, as PATH.files.
     *
     * @param path of a file that does not exist; several volumes become PATH.001 and so on
     * @param reader a device by name or id, "hub" or "province"; null: everybody of the province
     * @param volumeSize at most so many octets a volume, 1 MiB (64 KiB without files) to {@link #VOLUME_SIZE_MAX}
     * @param everything as if nothing were known of what the reader holds
     * @param attachmentsMax octets of the largest file that is carried (small ones up to 256 KiB always), or
     *        {@link #NO_ATTACHMENTS}
     * @return the object of {@code bundle export --json}
     * @throws CotmocException {@code not_joined}, {@code unknown_device}, {@code file_exists}, {@code out_of_bounds}
     */
    public Map<String, Object> write(String path, String reader, long volumeSize, boolean everything,
            long attachmentsMax) throws CotmocException {
        return Json.object(handle.use(
                at -> Native.bundleExport(at, path, reader, volumeSize, everything, attachmentsMax)));
    }

    /**
     * Writes what the device holds as it travels, sealed and signed, to a file that {@link #verifySigned} and
     * {@code cotmoc verify FILE} check without keys.
     *
     * @param path of a file that does not exist
     * @return the object of {@code export --signed --json}
     * @throws CotmocException {@code not_joined}, {@code already_exists}
     */
    public Map<String, Object> writeSigned(String path) throws CotmocException {
        return Json.object(handle.use(at -> Native.exportSigned(at, path)));
    }

    /**
     * Checks signed history in a file: what {@link #writeSigned} wrote, or a copy of a hub's database. Needs no replica
     * and no passphrase, and takes long.
     *
     * @param path of the file
     * @param root the root's fingerprint, from the poster in the office; null: a person compares the one in "checked"
     * @return the object of {@code verify FILE --json}: "ok", "problems", "checked", "not_checked". What is wrong with
     *         the history is no exception
     * @throws CotmocException {@code cannot_read_file}, {@code wrong_root} if the root is no fingerprint
     */
    public static Map<String, Object> verifySigned(String path, String root) throws CotmocException {
        return Json.object(Native.verifyFile(path, root));
    }

    /**
     * Takes volumes in, of any bundles, in any order, those of attached files among them.
     *
     * @param paths the volumes
     * @param answer where to write a bundle for their writers; null: none
     * @return the object of {@code bundle import --json}
     * @throws CotmocException {@code bundle_damaged}, {@code bundle_incomplete}: what could be taken in was, and
     *         {@link CotmocException#report} says what
     */
    public Map<String, Object> read(List<String> paths, String answer) throws CotmocException {
        String[] volumes = paths.toArray(new String[0]);
        return Json.object(handle.use(at -> Native.bundleImport(at, volumes, answer)));
    }

    /**
     * Counts and sizes of one volume; needs no replica.
     *
     * @param path of the volume
     * @return an object of {@code bundle inspect --json}
     * @throws CotmocException {@code bundle_damaged}, {@code cannot_read_file}
     */
    public static Map<String, Object> inspect(String path) throws CotmocException {
        return Json.object(Native.bundleInspect(path));
    }
}
