package vn.cotmoc;

import java.util.List;
import java.util.Map;

/** Bundles: what a sync would send, in files on a stick. Any thread; not while a sync runs ({@code busy}). */
public final class Bundles {
    /** The largest volume. */
    public static final long VOLUME_SIZE_MAX = 256L * 1024 * 1024;

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
        return Json.object(handle.use(at -> Native.bundleExport(at, path, reader, volumeSize, everything)));
    }

    /**
     * Takes volumes in, of any bundles, in any order.
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
