package vn.cotmoc;

import java.util.ArrayList;
import java.util.List;

/**
 * Which records a list holds; without a restriction, all that are not deleted. One thread at a time while it is
 * made; holds nothing native and needs no closing. It is checked where it is used.
 */
public final class Query {
    static final int DELETED = 1;
    static final int CONFLICTS = 2;

    private final List<String> conditions = new ArrayList<>();
    private String kind;
    private String space;
    private String words;
    private long limit;
    private int flags;

    /** Of all kinds. */
    public Query() {}

    /**
     * Of one kind.
     *
     * @param kind of the catalogue
     */
    public Query(String kind) {
        this.kind = kind;
    }

    /**
     * Only of this space.
     *
     * @param name of the space
     * @return this
     */
    public Query space(String name) {
        space = name;
        return this;
    }

    /**
     * Only with this value; several conditions add up. Needs a kind.
     *
     * @param field of the kind
     * @param value as {@link Json} takes it
     * @return this
     */
    public Query where(String field, Object value) {
        conditions.add(field);
        conditions.add(Json.write(value));
        return this;
    }

    /**
     * Only what has all the words, with or without diacritics.
     *
     * @param text words
     * @return this
     */
    public Query words(String text) {
        words = text;
        return this;
    }

    /**
     * At most so many.
     *
     * @param most 0: no limit
     * @return this
     */
    public Query limit(long most) {
        limit = most;
        return this;
    }

    /**
     * With the deleted ones too.
     *
     * @return this
     */
    public Query withDeleted() {
        flags |= DELETED;
        return this;
    }

    /**
     * Only what is in conflict.
     *
     * @return this
     */
    public Query onlyConflicts() {
        flags |= CONFLICTS;
        return this;
    }

    String[] texts() {
        List<String> texts = new ArrayList<>();
        texts.add(kind);
        texts.add(space);
        texts.add(words);
        texts.addAll(conditions);
        return texts.toArray(new String[0]);
    }

    long limit() {
        return limit;
    }

    int flags() {
        return flags;
    }
}
