package vn.cotmoc;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the tests of one idea share: the province, and a replica that has joined it. */
abstract class ReplicaTests {
    static final String TEXT = "Đoàn Bờ Y ưỡn ộ 😀 𠀀 \"\\ \u0001";

    final Province province;
    final Replica replica;

    ReplicaTests(Province province, Replica replica) {
        this.province = province;
        this.replica = replica;
    }

    abstract void list(Check check);

    static Map<String, Object> fields(Object... pairs) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("direction", "incoming");
        fields.put("start_date", "2024-05-01");
        for (int i = 0; i < pairs.length; i += 2) {
            fields.put((String) pairs[i], pairs[i + 1]);
        }
        return fields;
    }

    String add(Object... pairs) throws CotmocException {
        return replica.records().add("delegation", fields(pairs));
    }
}
