package vn.cotmoc;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** What a commit changed in the result of a query. Immutable. */
public final class Change {
    private final String json;
    private final boolean afterLoss;
    private final List<String> entered;
    private final List<String> changed;
    private final List<String> left;

    Change(String json, boolean afterLoss) {
        this.json = json;
        this.afterLoss = afterLoss;
        Map<String, Object> object = Json.object(json);
        entered = Collections.unmodifiableList(Json.asTexts(object.get("entered")));
        changed = Collections.unmodifiableList(Json.asTexts(object.get("changed")));
        left = Collections.unmodifiableList(Json.asTexts(object.get("left")));
    }

    /**
     * Records that are new in the result.
     *
     * @return their ids
     */
    public List<String> entered() {
        return entered;
    }

    /**
     * Records of the result that show something else now.
     *
     * @return their ids
     */
    public List<String> changed() {
        return changed;
    }

    /**
     * Records that are not in the result any more.
     *
     * @return their ids
     */
    public List<String> left() {
        return left;
    }

    /**
     * Whether changes before this one were lost since the executor refused them, as a full queue does.
     *
     * @return true: what is shown must be read again
     */
    public boolean isAfterLoss() {
        return afterLoss;
    }

    /**
     * All of it.
     *
     * @return an object with entered, changed and left
     */
    public String json() {
        return json;
    }
}
