package vn.cotmoc;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The little that the tests need of a test framework. */
final class Check {
    interface Body {
        void run() throws Exception;
    }

    private final Map<String, Body> tests = new LinkedHashMap<>();

    void test(String property, Body body) {
        tests.put(property, body);
    }

    /** Runs those whose property contains `part`; how many failed. */
    int run(String part) {
        int failed = 0;
        int ran = 0;
        for (Map.Entry<String, Body> each : tests.entrySet()) {
            if (!each.getKey().contains(part)) {
                continue;
            }
            ran++;
            try {
                each.getValue().run();
                System.out.println("ok      " + each.getKey());
            } catch (Throwable thrown) {
                failed++;
                System.out.println("FAILED  " + each.getKey());
                thrown.printStackTrace(System.out);
            }
        }
        System.out.println(ran + " tests, " + failed + " failed");
        return ran == 0 ? 1 : failed;
    }

    static void same(Object expected, Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError("expected " + expected + ", got " + actual);
        }
    }

    static void that(boolean holds) {
        if (!holds) {
            throw new AssertionError("it does not hold");
        }
    }

    /** The body fails with this error, which is returned. */
    static CotmocException fails(String name, Body body) throws Exception {
        try {
            body.run();
        } catch (CotmocException failed) {
            same(name, failed.name());
            return failed;
        }
        throw new AssertionError("expected " + name);
    }

    /** The body throws this very object. */
    static void throwsThis(Throwable expected, Body body) {
        try {
            body.run();
        } catch (Throwable thrown) {
            if (thrown != expected) {
                throw new AssertionError("another exception", thrown);
            }
            return;
        }
        throw new AssertionError("nothing was thrown");
    }
}
