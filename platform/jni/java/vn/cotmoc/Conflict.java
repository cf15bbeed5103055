package vn.cotmoc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A field to which two devices gave values without knowing of each other. Immutable. */
public final class Conflict {
    /** One of the values. */
    public static final class Value {
        private final int number;
        private final Map<String, Object> object;

        Value(int number, Map<String, Object> object) {
            this.number = number;
            this.object = object;
        }

        /**
         * What {@link Records#take} names it by.
         *
         * @return from 1 on
         */
        public int number() {
            return number;
        }

        /**
         * The value.
         *
         * @return as {@link Json} gives it
         */
        public Object value() {
            return object.get("value");
        }

        /**
         * Who wrote it.
         *
         * @return the id of a device
         */
        public String device() {
            return (String) object.get("device");
        }

        /**
         * The writer's name.
         *
         * @return the name of a device
         */
        public String name() {
            return (String) object.get("name");
        }

        /**
         * When, by that device's clock.
         *
         * @return a time with its offset
         */
        public String at() {
            return (String) object.get("at");
        }

        /**
         * Whether it is the one that shows.
         *
         * @return true if it is
         */
        public boolean isShown() {
            return Boolean.TRUE.equals(object.get("shown"));
        }
    }

    private final Map<String, Object> object;
    private final String id;
    private final String kind;

    Conflict(Map<String, Object> object, String id, String kind) {
        this.object = object;
        this.id = id;
        this.kind = kind;
    }

    static Conflict read(String json) {
        return of(Json.object(json));
    }

    static Conflict of(Map<String, Object> object) {
        return new Conflict(object, (String) object.get("id"), (String) object.get("kind"));
    }

    /**
     * Of which record.
     *
     * @return its id
     */
    public String id() {
        return id;
    }

    /**
     * Of which kind.
     *
     * @return the record's kind
     */
    public String kind() {
        return kind;
    }

    /**
     * Which field.
     *
     * @return its name
     */
    public String field() {
        return (String) object.get("field");
    }

    /**
     * How the field merges.
     *
     * @return a merge policy of the catalogue
     */
    public String policy() {
        return (String) object.get("policy");
    }

    /**
     * Why the shown value shows, in the language of the options.
     *
     * @return null for a conflict of {@link Record#conflicts}
     */
    public String why() {
        return (String) object.get("why");
    }

    /**
     * All values.
     *
     * @return in the order of their numbers
     */
    public List<Value> values() {
        List<Value> values = new ArrayList<>();
        for (Map<String, Object> each : Json.asObjects(object.get("values"))) {
            values.add(new Value(values.size() + 1, each));
        }
        return values;
    }

    /**
     * All of it.
     *
     * @return an object of {@code conflicts --json}
     */
    public String json() {
        return Json.write(object);
    }

    @Override
    public String toString() {
        return id + " " + field();
    }
}
