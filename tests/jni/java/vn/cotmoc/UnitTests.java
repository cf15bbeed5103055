package vn.cotmoc;

import java.nio.file.Path;
import java.util.List;

/** The Java classes over a real library. UnitTests PROGRAMS FILES [PART] */
final class UnitTests {
    private UnitTests() {}

    public static void main(String[] arguments) throws Exception {
        int failed;
        try (Province province = new Province(Path.of(arguments[0]), Path.of(arguments[1]));
                Replica replica = province.device()) {
            Check check = new Check();
            for (ReplicaTests tests : List.of(new ValueTests(province, replica), new RecordTests(province, replica),
                    new ObserverTests(province, replica), new LifeTests(province, replica),
                    new CustodyTests(province, replica), new DeviceTests(province, replica))) {
                tests.list(check);
            }
            new SyncTests(province).list(check);
            failed = check.run(arguments.length > 2 ? arguments[2] : "");
        }
        System.exit(failed == 0 ? 0 : 1);
    }
}
