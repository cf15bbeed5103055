package vn.cotmoc;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A record as it was when it was read. Immutable. */
public final class Record {
    private final String json;
    private final Map<String, Object> object;

    Record(String json) {
        this.json = json;
        object = Json.object(json);
    }

    /**
     * The record's id.
     *
     * @return a UUID
     */
    public String id() {
        return (String) object.get("id");
    }

    /**
     * The record's kind.
     *
     * @return a kind of the catalogue
     */
    public String kind() {
        return (String) object.get("kind");
    }

    /**
     * Where it belongs.
     *
     * @return the name of a space
     */
    public String space() {
        return (String) object.get("space");
    }

    /**
     * All fields that have a value.
     *
     * @return values as {@link Json} gives them, by name; not to be changed
     */
    public Map<String, Object> fields() {
        return Collections.unmodifiableMap(Json.asObject(object.get("fields")));
    }

    /**
     * One value.
     *
     * @param field its name
     * @return null if there is none
     */
    public Object field(String field) {
        return fields().get(field);
    }

    /**
     * Whether it is deleted.
     *
     * @return true if it is
     */
    public boolean isDeleted() {
        return Boolean.TRUE.equals(object.get("deleted"));
    }

    /**
     * How far it has come.
     *
     * @return "local", "sealed", "hub" or "province"
     */
    public String state() {
        return (String) object.get("state");
    }

    /**
     * Its fields in conflict.
     *
     * @return empty if there are none
     */
    public List<Conflict> conflicts() {
        List<Conflict> conflicts = new ArrayList<>();
        for (Map<String, Object> each : Json.asObjects(object.get("conflicts"))) {
            conflicts.add(new Conflict(each, id(), kind()));
        }
        return conflicts;
    }

    /**
     * What a field showed, for {@link Edits#shown} and {@link Records#take}: only of a record that was read by
     * {@link Records#getWithVersions}.
     *
     * @param field its name
     * @return null if it was read in another way, or has no value
     */
    public String version(String field) {
        Object versions = object.get("versions");
        return versions == null ? null : (String) Json.asObject(versions).get(field);
    }

    /**
     * All of it.
     *
     * @return the object of {@code show --json}
     */
    public String json() {
        return json;
    }

    @Override
    public String toString() {
        return kind() + " " + id();
    }
}
