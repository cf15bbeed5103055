package vn.cotmoc;

import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/** Files that records name. Any thread. They are kept sealed beside the database. */
public final class Attachments {
    private final Replica replica; // who has these has the replica: it is not collected
    private final Handle handle;

    Attachments(Replica replica, Handle handle) {
        this.replica = replica;
        this.handle = handle;
    }

    /**
     * Attaches a file to a field of type attachments.
     *
     * @param id which record
     * @param field its field
     * @param name what the file is called in the record
     * @param mediaType null: by the name's ending
     * @param source gives the octets
     * @param octets of the whole file, at most 2 GiB
     * @return the object of {@code attach --json}
     * @throws CotmocException {@code wrong_shape}, {@code limit_exceeded}, {@code cannot_read_file}
     */
    public Map<String, Object> add(String id, String field, String name, String mediaType, AttachmentSource source,
            long octets) throws CotmocException {
        return Json.object(handle.use(at -> Native.attach(at, id, field, name, mediaType, source, octets)));
    }

    /**
     * Attaches a file of the file system, by its name there.
     *
     * @param id which record
     * @param field its field
     * @param path of the file
     * @return the object of {@code attach --json}
     * @throws CotmocException {@code wrong_shape}, {@code limit_exceeded}, {@code cannot_read_file}
     */
    public Map<String, Object> add(String id, String field, String path) throws CotmocException {
        return Json.object(handle.use(at -> Native.attachFile(at, id, field, path)));
    }

    /**
     * What a field names.
     *
     * @param id which record
     * @param field its field
     * @return objects with attachment, name, size, media_type, held, and thumbnail (octets) of what has one
     * @throws CotmocException {@code unknown_record}, {@code wrong_shape}
     */
    public List<Map<String, Object>> list(String id, String field) throws CotmocException {
        return Json.asObjects(Json.parse(handle.use(at -> Native.attachmentList(at, id, field))));
    }

    /**
     * Writes a file's octets to a stream.
     *
     * @param id which record
     * @param field its field
     * @param name the file's, or six digits of its id; null: the only one
     * @param to gets them; is not closed
     * @throws CotmocException {@code unknown_attachment}, {@code attachment_not_here}; {@code io_error} with what the
     *         stream threw
     */
    public void read(String id, String field, String name, OutputStream to) throws CotmocException {
        handle.act(at -> Native.attachmentRead(at, id, field, name, to));
    }

    /**
     * Writes it to a new file, whole or not at all.
     *
     * @param id which record
     * @param field its field
     * @param name the file's, or six digits of its id; null: the only one
     * @param path of a file that does not exist
     * @throws CotmocException {@code file_exists}, {@code unknown_attachment}, {@code attachment_not_here}
     */
    public void save(String id, String field, String name, String path) throws CotmocException {
        handle.act(at -> Native.attachmentSave(at, id, field, name, path));
    }

    /**
     * Writes a file's small picture to a stream.
     *
     * @param id which record
     * @param field its field
     * @param name the file's, or six digits of its id; null: the only one
     * @param to gets the octets; is not closed
     * @throws CotmocException {@code unknown_attachment} if it has none, {@code attachment_not_here}; {@code io_error}
     *         with what the stream threw
     */
    public void readThumbnail(String id, String field, String name, OutputStream to) throws CotmocException {
        handle.act(at -> Native.thumbnailRead(at, id, field, name, to));
    }

    /**
     * Takes a file out of the record.
     *
     * @param id which record
     * @param field its field
     * @param name the file's, or six digits of its id; null: the only one
     * @throws CotmocException {@code unknown_attachment}, and what changes a record
     */
    public void detach(String id, String field, String name) throws CotmocException {
        handle.act(at -> Native.detach(at, id, field, name));
    }
}
