package vn.cotmoc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON that records cross in. A value is null, {@link Boolean}, {@link Long} ({@link BigInteger} if it is larger),
 * {@link Double}, {@link String}, {@link List} or {@link Map} with keys of type String in the order of the text.
 * Any thread; keeps no state.
 */
public final class Json {
    private static final int DEPTH_MAX = 64;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /**
     * Reads one value.
     *
     * @param text JSON
     * @return the value
     * @throws IllegalArgumentException if it is not JSON
     */
    public static Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        json.space();
        if (json.at != text.length()) {
            throw json.bad("more than one value");
        }
        return value;
    }

    /**
     * Reads an object.
     *
     * @param text JSON of an object
     * @return its members, in order
     * @throws IllegalArgumentException if it is not a JSON object
     */
    public static Map<String, Object> object(String text) {
        return asObject(parse(text));
    }

    /**
     * Writes a value.
     *
     * @param value of the types that {@link #parse} gives, or any {@link Number} or {@link Iterable}
     * @return JSON
     * @throws IllegalArgumentException for a value of another type
     */
    public static String write(Object value) {
        StringBuilder to = new StringBuilder();
        write(value, to);
        return to.toString();
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> asObject(Object value) {
        if (!(value instanceof Map)) {
            throw new IllegalArgumentException("not a JSON object");
        }
        return (Map<String, Object>) value;
    }

    static List<Map<String, Object>> asObjects(Object value) {
        List<Map<String, Object>> objects = new ArrayList<>();
        if (value != null) {
            for (Object each : (List<?>) value) {
                objects.add(asObject(each));
            }
        }
        return objects;
    }

    static List<String> asTexts(Object value) {
        List<String> texts = new ArrayList<>();
        if (value != null) {
            for (Object each : (List<?>) value) {
                texts.add((String) each);
            }
        }
        return texts;
    }

    private Object value(int depth) {
        if (depth > DEPTH_MAX) {
            throw bad("nested too deep");
        }
        space();
        if (at == text.length()) {
            throw bad("it ends too early");
        }
        switch (text.charAt(at)) {
            case '{':
                return members(depth);
            case '[':
                return items(depth);
            case '"':
                return string();
            case 't':
                return word("true", Boolean.TRUE);
            case 'f':
                return word("false", Boolean.FALSE);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Map<String, Object> members(int depth) {
        Map<String, Object> members = new LinkedHashMap<>();
        at++;
        if (ended('}')) {
            return members;
        }
        do {
            space();
            String key = string();
            space();
            expect(':');
            if (members.containsKey(key)) {
                throw bad("a key stands twice");
            }
            members.put(key, value(depth + 1));
        } while (goesOn('}'));
        return members;
    }

    private List<Object> items(int depth) {
        List<Object> items = new ArrayList<>();
        at++;
        if (ended(']')) {
            return items;
        }
        do {
            items.add(value(depth + 1));
        } while (goesOn(']'));
        return items;
    }

    private boolean ended(char end) {
        space();
        if (at < text.length() && text.charAt(at) == end) {
            at++;
            return true;
        }
        return false;
    }

    private boolean goesOn(char end) {
        if (ended(end)) {
            return false;
        }
        expect(',');
        return true;
    }

    private void expect(char wanted) {
        if (at == text.length() || text.charAt(at) != wanted) {
            throw bad("expected '" + wanted + "'");
        }
        at++;
    }

    private String string() {
        expect('"');
        StringBuilder to = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return to.toString();
            }
            if (c < 0x20) {
                break;
            }
            to.append(c == '\\' ? escaped() : c);
        }
        throw bad("a string does not end");
    }

    private char escaped() {
        if (at < text.length()) {
            char c = text.charAt(at++);
            int simple = "\"\\/bfnrt".indexOf(c);
            if (simple >= 0) {
                return "\"\\/\b\f\n\r\t".charAt(simple);
            }
            if (c == 'u' && at + 4 <= text.length()) {
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = Character.digit(text.charAt(at++), 16);
                    if (digit < 0) {
                        throw bad("bad escape");
                    }
                    code = code * 16 + digit;
                }
                return (char) code;
            }
        }
        throw bad("bad escape");
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw bad("unknown word");
        }
        at += word.length();
        return value;
    }

    private Object number() {
        int begin = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String digits = text.substring(begin, at);
        if (!digits.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
            throw bad("not a value");
        }
        if (digits.indexOf('.') >= 0 || digits.indexOf('e') >= 0 || digits.indexOf('E') >= 0) {
            return Double.valueOf(digits);
        }
        try {
            return Long.valueOf(digits);
        } catch (NumberFormatException large) {
            return new BigInteger(digits);
        }
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private IllegalArgumentException bad(String why) {
        return new IllegalArgumentException("not JSON, at " + at + ": " + why);
    }

    private static void write(Object value, StringBuilder to) {
        if (value == null || value instanceof Boolean) {
            to.append(value);
        } else if (value instanceof Number) {
            writeNumber((Number) value, to);
        } else if (value instanceof CharSequence) {
            writeString(value.toString(), to);
        } else if (value instanceof Map) {
            char before = '{';
            for (Map.Entry<?, ?> member : ((Map<?, ?>) value).entrySet()) {
                to.append(before);
                writeString((String) member.getKey(), to);
                to.append(':');
                write(member.getValue(), to);
                before = ',';
            }
            to.append(before == '{' ? "{}" : "}");
        } else if (value instanceof Iterable) {
            char before = '[';
            for (Object item : (Iterable<?>) value) {
                to.append(before);
                write(item, to);
                before = ',';
            }
            to.append(before == '[' ? "[]" : "]");
        } else {
            throw new IllegalArgumentException("no JSON for " + value.getClass().getName());
        }
    }

    private static void writeNumber(Number value, StringBuilder to) {
        double real = value.doubleValue();
        if (Double.isNaN(real) || (Double.isInfinite(real) && !(value instanceof BigDecimal)
                && !(value instanceof BigInteger))) {
            throw new IllegalArgumentException("JSON has no such number");
        }
        to.append(value);
    }

    private static void writeString(String value, StringBuilder to) {
        to.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                to.append('\\').append(c);
            } else if (c < 0x20) {
                to.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                to.append(c);
            }
        }
        to.append('"');
    }
}
