package vn.cotmoc;

import static vn.cotmoc.Check.fails;
import static vn.cotmoc.Check.same;
import static vn.cotmoc.Check.that;
import static vn.cotmoc.Check.throwsThis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Key stores, logs and bundles of the app. */
final class CustodyTests extends ReplicaTests {
    CustodyTests(Province province, Replica replica) {
        super(province, replica);
    }

    @Override
    void list(Check check) {
        check.test("a key store of the app opens the replica", this::keyStore);
        check.test("what a key store throws comes out", this::throwingKeyStore);
        check.test("a hardware secret is used and wiped, tries are counted", this::hardware);
        check.test("log lines come to the sink", this::logging);
        check.test("a volume that is damaged gives error and report", this::bundles);
    }

    private void keyStore() throws Exception {
        Vault vault = new Vault();
        ReplicaOptions options = province.options("vault").keyStore(vault);
        Replica.create(options, "x").close();
        that(vault.octets.length > 0);
        try (var files = Files.list(province.work.resolve("vault"))) {
            that(files.noneMatch(path -> path.getFileName().toString().startsWith("key")));
        }
        Replica again = Replica.open(options);
        byte[] fresh = "một câu khác hẳn".getBytes("UTF-8");
        again.changePassphrase(Province.PASSPHRASE, fresh);
        again.close();
        fails("wrong_passphrase", () -> Replica.open(options));
        Replica.open(new ReplicaOptions(province.work.resolve("vault").toString(), fresh).keyStore(vault)).close();
        vault.octets = null;
        fails("no_replica", () -> Replica.open(options));
        options.close();
        fails("wrong_usage", () -> Replica.open(options));
    }

    private void throwingKeyStore() throws Exception {
        Vault vault = new Vault();
        ReplicaOptions options = province.options("throwing").keyStore(vault);
        Replica.create(options, "x").close();
        vault.io = new IOException("server away");
        same(vault.io, fails("io_error", () -> Replica.open(options)).getCause());
        vault.io = null;
        vault.runtime = new IllegalStateException("keychain");
        throwsThis(vault.runtime, () -> Replica.open(options));
        vault.runtime = null;
        Replica.open(options).close();
    }

    private void hardware() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        List<byte[]> given = new ArrayList<>();
        Vault vault = new Vault() {
            @Override
            public boolean hasHardwareSecret() {
                return true;
            }

            @Override
            public byte[] hardwareSecret() {
                byte[] secret = new byte[32];
                Arrays.fill(secret, (byte) 7);
                given.add(secret);
                return secret;
            }

            @Override
            public void beginTry() throws CotmocException {
                if (tries.incrementAndGet() > 3) {
                    throw new CotmocException(CotmocException.TRIES_USED_UP, "");
                }
            }

            @Override
            public void opened() {
                tries.set(0);
            }
        };
        String folder = province.work.resolve("pin").toString();
        ReplicaOptions options = new ReplicaOptions(folder, "482917".getBytes("UTF-8")).kdf("low").keyStore(vault);
        Replica.create(options, "x").close();
        Replica.open(options).close();
        same(0, tries.get());
        ReplicaOptions wrong = new ReplicaOptions(folder, "111111".getBytes("UTF-8")).keyStore(vault);
        for (int i = 0; i < 3; i++) {
            fails("wrong_passphrase", () -> Replica.open(wrong));
        }
        fails("tries_used_up", () -> Replica.open(options));
        that(given.size() >= 3);
        for (byte[] secret : given) {
            that(Arrays.equals(secret, new byte[32]));
        }
    }

    private void logging() throws Exception {
        List<String> lines = new ArrayList<>();
        ReplicaOptions options = province.options("logged").log(Runnable::run, LogSink.Level.INFO,
                (level, line) -> lines.add(level + " " + line));
        Replica.create(options, "x").close();
        that(lines.stream().anyMatch(line -> line.startsWith("INFO made")));
        that(lines.stream().anyMatch(line -> line.equals("INFO closed")));
    }

    private void bundles() throws Exception {
        String path = province.work.resolve("bó 😀.cmb").toString();
        Map<String, Object> written = replica.bundles().write(path);
        that(!written.isEmpty());
        fails("file_exists", () -> replica.bundles().write(path));
        that(!Bundles.inspect(path).isEmpty());
        that(!written.containsKey("attachments"));
        String more = province.work.resolve("more.cmb").toString();
        fails("out_of_bounds", () -> replica.bundles().write(more, null, 64 * 1024, true, 1 << 20));
        Map<String, Object> carried = replica.bundles().write(more, null, Bundles.VOLUME_SIZE_MAX, true, 1 << 20);
        same(0L, ((Map<?, ?>) carried.get("attachments")).get("carried"));
        String signed = province.work.resolve("signed").toString();
        same(signed, replica.bundles().writeSigned(signed).get("file"));
        fails("already_exists", () -> replica.bundles().writeSigned(signed));
        Map<String, Object> checked = Bundles.verifySigned(signed, null);
        same(true, checked.get("ok"));
        String root = (String) ((Map<?, ?>) checked.get("checked")).get("root");
        same(2, ((List<?>) checked.get("not_checked")).size()); // what is inside, and whose root it is
        same(1, ((List<?>) Bundles.verifySigned(signed, root).get("not_checked")).size());
        String wrong = (root.charAt(0) == '2' ? "3" : "2") + root.substring(1);
        same(false, Bundles.verifySigned(signed, wrong).get("ok"));
        fails("wrong_root", () -> Bundles.verifySigned(signed, "x"));
        fails("cannot_read_file", () -> Bundles.verifySigned(path, null));
        fails("wrong_usage", () -> Bundles.verifySigned(null, null));
        try (Replica other = province.device()) {
            that(other.bundles().read(List.of(path), null).get("complete").equals(true));
            byte[] octets = Files.readAllBytes(Path.of(path));
            octets[octets.length / 2] ^= 1;
            Path damaged = province.work.resolve("damaged.cmb");
            Files.write(damaged, octets);
            CotmocException failed = fails("bundle_damaged",
                    () -> other.bundles().read(List.of(damaged.toString()), null));
            that(Json.object(failed.report()).containsKey("complete"));
        }
    }
}
