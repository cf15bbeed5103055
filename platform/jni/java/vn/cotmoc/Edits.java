package vn.cotmoc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Edits of one record that are made together, in order, all or none. One thread at a time. */
public final class Edits {
    private final List<Map<String, Object>> edits = new ArrayList<>();

    /** None yet. */
    public Edits() {}

    /**
     * Sets a value; of a rich text, the whole new text.
     *
     * @param field its name
     * @param value as {@link Json} takes it; null clears the field
     * @return this
     */
    public Edits set(String field, Object value) {
        return edit("set", field, value);
    }

    /**
     * Counts a counter.
     *
     * @param field its name
     * @param by how far; down with less than 0
     * @return this
     */
    public Edits add(String field, long by) {
        return edit("add", field, by);
    }

    /**
     * Puts an item into a set.
     *
     * @param field its name
     * @param item what it gets
     * @return this
     */
    public Edits insert(String field, String item) {
        return edit("insert", field, item);
    }

    /**
     * Takes an item out of a set.
     *
     * @param field its name
     * @param item what goes
     * @return this
     */
    public Edits remove(String field, String item) {
        return edit("remove", field, item);
    }

    /**
     * Replaces a part of a rich text.
     *
     * @param field its name
     * @param position code points before it, of the text as the edits before left it
     * @param delete how many code points go
     * @param text what comes in their place
     * @return this
     */
    public Edits splice(String field, int position, int delete, String text) {
        edit("splice", field, text);
        Map<String, Object> last = edits.get(edits.size() - 1);
        last.put("position", position);
        last.put("delete", delete);
        return this;
    }

    /**
     * Of the edit before: only if the field is still what the person saw; else {@link CotmocException#STALE}.
     *
     * @param version of {@link Record#version}
     * @return this
     */
    public Edits shown(String version) {
        edits.get(edits.size() - 1).put("shown", version);
        return this;
    }

    String json() {
        return Json.write(edits);
    }

    private Edits edit(String op, String field, Object value) {
        Map<String, Object> edit = new LinkedHashMap<>();
        edit.put("op", op);
        edit.put("field", field);
        edit.put("value", value);
        edits.add(edit);
        return this;
    }
}
