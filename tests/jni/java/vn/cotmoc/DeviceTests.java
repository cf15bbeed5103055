package vn.cotmoc;

import static vn.cotmoc.Check.fails;
import static vn.cotmoc.Check.same;
import static vn.cotmoc.Check.that;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/** How a device comes into a province and leaves the phone; each step in a thread of its own. */
final class DeviceTests extends ReplicaTests {
    private static final byte[] FRESH = "mật khẩu hoàn toàn mới".getBytes(StandardCharsets.UTF_8);

    DeviceTests(Province province, Replica replica) {
        super(province, replica);
    }

    @Override
    void list(Check check) {
        check.test("a wipe takes a replica off the phone, but not unsent work", this::wipe);
        check.test("a forgotten passphrase: the office's answer opens the replica", this::recovery);
        check.test("the app's key store keeps the way back, too", this::recoveryOfKeyStore);
        check.test("a restored backup is noticed and gets a new identity", this::restored);
        check.test("a device enrols from afar by nine digits", this::remote);
        check.test("who belongs to the province is told", this::devices);
    }

    private interface Call<T> {
        T run() throws Exception;
    }

    /** In another thread; what is thrown there is thrown here. */
    private static <T> T elsewhere(Call<T> call) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        new Thread(() -> {
            try {
                result.complete(call.run());
            } catch (Exception failed) {
                result.completeExceptionally(failed);
            }
        }).start();
        try {
            return result.get();
        } catch (ExecutionException failed) {
            throw (Exception) failed.getCause();
        }
    }

    private ReplicaOptions options(String folder, byte[] passphrase) {
        return new ReplicaOptions(province.work.resolve(folder).toString(), passphrase).kdf("low");
    }

    private void wipe() throws Exception {
        ReplicaOptions options = province.options("wiped");
        fails("no_replica", () -> Device.wipe(options, false));
        Replica device = province.device(options);
        device.records().add("delegation", fields("head", "A"));
        fails("busy", () -> elsewhere(() -> Device.wipe(options, true)));
        device.close();
        fails("unsent_work", () -> elsewhere(() -> Device.wipe(options, false)));
        fails("wrong_passphrase", () -> Device.wipe(options("wiped", FRESH), false));
        fails("no_passphrase", () -> Device.wipe(options("wiped", new byte[0]), false));
        Replica.open(options).close();
        List<String> removed = elsewhere(() -> Device.wipe(options("wiped", new byte[0]), true));
        that(removed.contains("key.cotmoc") && removed.contains("replica.db"));
        that(!Files.exists(province.work.resolve("wiped")));
        fails("no_replica", () -> Replica.open(options));
        options.close();
        fails("wrong_usage", () -> Device.wipe(options, true));
    }

    private void recovery() throws Exception {
        ReplicaOptions before = province.options("forgotten-passphrase");
        recover(before, options("forgotten-passphrase", FRESH));
        fails("no_replica", () -> Device.askRecovery(options("nowhere", FRESH)));
        fails("weak_passphrase",
                () -> Device.askRecovery(options("forgotten-passphrase", "x".getBytes(StandardCharsets.UTF_8))));
    }

    private void recoveryOfKeyStore() throws Exception {
        byte[][] kept = new byte[1][];
        Vault vault = new Vault() {
            @Override
            public boolean keepsRecovery() {
                return true;
            }

            @Override
            public byte[] loadRecovery() {
                return kept[0];
            }

            @Override
            public void saveRecovery(byte[] octets) {
                kept[0] = octets.clone();
            }
        };
        recover(province.options("forgotten-vault").keyStore(vault), options("forgotten-vault", FRESH).keyStore(vault));
        kept[0] = null;
        fails("no_recovery", () -> Device.askRecovery(options("forgotten-vault", FRESH).keyStore(vault)));
    }

    /** Forgets the passphrase of a new device. */
    private void recover(ReplicaOptions before, ReplicaOptions after) throws Exception {
        Replica device = province.device(before);
        String was = (String) device.info().get("device");
        fails("busy", () -> Device.askRecovery(after));
        device.close();
        fails("bad_recovery", () -> Device.recover(after, "answer"));
        Map<String, Object> asked = elsewhere(() -> Device.askRecovery(after));
        String answer = province.recoveryAnswer((String) asked.get("request"), (String) asked.get("code"));
        fails("bad_recovery", () -> Device.recover(after, "answer"));
        fails("wrong_usage", () -> Device.recover(after, null));
        fails("wrong_passphrase", () -> Device.recover(before, answer));
        Map<String, Object> recovered = elsewhere(() -> Device.recover(after, answer));
        that(!was.equals(recovered.get("device")));
        fails("wrong_passphrase", () -> Replica.open(before));
        try (Replica again = Replica.open(after)) {
            same(recovered.get("device"), again.info().get("device"));
            province.join(again, (String) recovered.get("request"));
            same(true, again.info().get("joined"));
        }
    }

    private void restored() throws Exception {
        ReplicaOptions options = province.options("restored").stateDirectory(province.work.resolve("state").toString());
        Path folder = province.work.resolve("restored");
        Path backup = province.work.resolve("backup");
        try (Replica device = province.device(options)) {
            sync(device);
        }
        copy(folder, backup);
        try (Replica device = Replica.open(options)) {
            device.records().add("delegation", fields("head", "Đoàn trước"));
            sync(device);
            same(false, device.info().get("restored"));
        }
        Device.wipe(options, false);
        copy(backup, folder);
        try (Replica device = Replica.open(options)) {
            same(true, device.info().get("restored"));
            fails("replica_restored", () -> device.records().add("delegation", fields("head", "B")));
            fails("wrong_passphrase", () -> device.rejoin(FRESH, null));
            fails("wrong_usage", () -> device.rejoin(null, null));
            province.join(device, elsewhere(() -> device.rejoin(Province.PASSPHRASE, "don-moi")));
            sync(device);
            same("don-moi", device.info().get("name"));
            same(1, device.list(new Query("delegation").where("head", "Đoàn trước")).size());
            device.records().add("delegation", fields("head", "B"));
        }
    }

    private void sync(Replica device) throws Exception {
        try (SyncEngine engine = device.sync()) {
            same(true, engine.setHub(province.hub()).run().get("complete"));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private void remote() throws Exception {
        Replica device = Replica.create(province.options("from-afar"), "don-xa");
        fails("bad_offer", () -> device.requestRemote("nonsense"));
        String first = (String) elsewhere(() -> device.requestRemote(null)).get("message");
        String second = (String) device.requestRemote((String) province.remote(first).get("message")).get("message");
        Map<String, Object> last = province.remote(second);
        String code = (String) device.requestRemote((String) last.get("message")).get("code");
        same(last.get("code"), code);
        String grant = province.remoteGrant(code);
        fails("code_differs", () -> device.joinRemote(grant, "000000000".equals(code) ? "1" : "000000000"));
        fails("wrong_usage", () -> device.joinRemote(grant, null));
        fails("bad_grant", () -> device.joinRemote("x", code));
        device.joinRemote(grant, code);
        same(true, device.info().get("joined"));
        fails("bad_offer", () -> device.joinRemote(grant, code));
        device.close();
        fails("wrong_usage", () -> device.requestRemote(null));
        fails("wrong_usage", () -> device.joinRemote(grant, code));
    }

    private void devices() throws Exception {
        String own = (String) replica.info().get("device");
        Map<String, Object> listed = elsewhere(replica::devices).stream()
                .filter(each -> own.equals(each.get("device"))).findFirst().get();
        same("border_post", listed.get("role"));
        same(List.of(Province.SPACE), listed.get("spaces"));
        same("active", listed.get("state"));
        Replica fresh = Replica.create(province.options("not-joined"), "x");
        fails("not_joined", fresh::devices);
        fresh.close();
        fails("wrong_usage", fresh::devices);
    }
}
