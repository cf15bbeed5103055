package vn.cotmoc;

import static vn.cotmoc.Check.fails;
import static vn.cotmoc.Check.same;
import static vn.cotmoc.Check.that;

import java.math.BigInteger;
import java.util.List;

/** What goes over the border as text: JSON, letters, errors. */
final class ValueTests extends ReplicaTests {
    ValueTests(Province province, Replica replica) {
        super(province, replica);
    }

    @Override
    void list(Check check) {
        check.test("JSON is read and written as it is", this::json);
        check.test("what is not JSON is refused", this::notJson);
        check.test("letters and emoji survive both ways", this::texts);
        check.test("half a surrogate pair and NUL are refused", this::badTexts);
        check.test("an error has its name, advice and retry", this::errors);
    }

    private void json() {
        String text = "{\"a\":[1,-2.5,true,false,null,\"x\\ny\\u0001\"],\"b\":{},\"c\":[]}";
        same("{\"a\":[1,-2.5,true,false,null,\"x\\u000ay\\u0001\"],\"b\":{},\"c\":[]}", Json.write(Json.parse(text)));
        same("\uD83D\uDE00/", Json.parse(" \"\\ud83d\\uDE00\\/\" "));
        same(Long.MIN_VALUE, Json.parse("-9223372036854775808"));
        same(new BigInteger("9223372036854775808"), Json.parse("9223372036854775808"));
        same(1e3, Json.parse("1e3"));
    }

    private void notJson() {
        for (String text : List.of("", "{", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "01", "+1", "1.", "\"\n\"",
                "\"\\x\"", "\"\\u12g4\"", "nul", "1 2", "[".repeat(100), "NaN", "\"")) {
            try {
                Json.parse(text);
            } catch (IllegalArgumentException expected) {
                continue;
            }
            throw new AssertionError("accepted: " + text);
        }
        for (Object value : new Object[] {new Object(), Double.NaN, Double.POSITIVE_INFINITY}) {
            try {
                Json.write(value);
            } catch (IllegalArgumentException expected) {
                continue;
            }
            throw new AssertionError("written: " + value);
        }
    }

    private void texts() throws Exception {
        String id = add("head", TEXT, "result", "ệ😀".repeat(30_000));
        Record record = replica.records().get(id);
        same(TEXT, record.field("head"));
        same("ệ😀".repeat(30_000), record.field("result"));
        same(id, replica.list(new Query("delegation").where("head", TEXT)).get(0).id());
        replica.records().delete(id);
    }

    private void badTexts() throws Exception {
        fails("invalid_utf8", () -> add("head", "a\uD83D"));
        fails("invalid_utf8", () -> add("head", "\uDE00\uD83D"));
        fails("wrong_usage", () -> replica.records().get("a\0b"));
        fails("wrong_usage", () -> replica.records().get(null));
    }

    private void errors() throws Exception {
        CotmocException failed = fails("unknown_field", () -> add("nose", 1));
        same(101, failed.status());
        same("nose", failed.detail().contains("nose") ? "nose" : failed.detail());
        same(CotmocException.Retry.NEVER, failed.retry());
        that(failed.what("vi").matches(".*[ườạặếộđ].*"));
        that(!failed.what("en").equals(failed.what("vi")) && !failed.advice("en").isEmpty());
        same("unknown_field", new CotmocException(101, "").name());
    }
}
