package vn.cotmoc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** An authority and a hub by the command line, for devices in Java. */
final class Province implements AutoCloseable {
    static final byte[] PASSPHRASE = "mật khẩu thử nghiệm".getBytes(StandardCharsets.UTF_8);
    static final String SPACE = "tinh-a/huyen-b";

    final Path work;
    private final Path programs;
    private final String fingerprint;
    private Process hub;
    private String address;
    private int devices;

    /** `files` holds fleet.json and catalogue.json. */
    Province(Path programs, Path files) throws IOException {
        this.programs = programs;
        work = Files.createTempDirectory("cotmoc-jni-");
        fingerprint = cotmoc("", "authority", "init", "--province", "tinh-a", "--spaces",
                files.resolve("fleet.json").toString(), "--catalogue", files.resolve("catalogue.json").toString());
        String data = work.resolve("hub").toString();
        Files.writeString(work.resolve("hub.grant"), enrol(run("", "cotmoc-hub", "--data", data, "init"), "hub"));
        run("", "cotmoc-hub", "--data", data, "join", work.resolve("hub.grant").toString(), "--root", fingerprint);
    }

    @Override
    public void close() throws IOException {
        if (hub != null) {
            hub.destroyForcibly();
        }
        try (Stream<Path> all = Files.walk(work)) {
            for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
    }

    ReplicaOptions options(String folder) {
        return new ReplicaOptions(work.resolve(folder).toString(), PASSPHRASE).kdf("low");
    }

    /** A device that has joined. */
    Replica device() throws IOException, CotmocException {
        return device(options("device-" + ++devices));
    }

    Replica device(ReplicaOptions options) throws IOException, CotmocException {
        Replica replica = Replica.create(options, "don-" + ++devices);
        join(replica, replica.request());
        return replica;
    }

    void join(Replica replica, String request) throws IOException, CotmocException {
        replica.join(enrol(request, "border_post", "--space", SPACE), fingerprint);
    }

    /** The office's answer to a device whose passphrase is forgotten, once the codes were compared. */
    String recoveryAnswer(String request, String code) throws IOException {
        Path file = work.resolve("recovery-request");
        Files.writeString(file, request);
        Map<String, Object> answered = Json.object(cotmoc("", "recover", file.toString(), "--yes", "--json"));
        Check.same(answered.get("code"), code);
        return (String) answered.get("answer");
    }

    /** The office's next message of an enrolment from afar, and in the end its code. */
    Map<String, Object> remote(String message) throws IOException {
        return Json.object(cotmoc(message, "authority", "enrol", "-", "--remote", "--json"));
    }

    String remoteGrant(String code) throws IOException {
        return cotmoc("", "authority", "enrol", "--remote", "--code", code, "--role", "border_post", "--space", SPACE);
    }

    String fingerprint() {
        return fingerprint;
    }

    /** The address of a hub that runs and knows all devices so far. */
    String hub() throws IOException {
        if (hub == null) {
            hub = start("cotmoc-hub", "--data", work.resolve("hub").toString(), "serve", "--listen", "127.0.0.1:0");
            String line = new BufferedReader(new InputStreamReader(hub.getInputStream())).readLine();
            address = line.substring("listening on ".length());
        }
        cotmoc("", "sync", "--hub", address);
        return address;
    }

    /** A new officer of the province gets all that the hub has, makes a snapshot of it and brings it to the hub. */
    void snapshot() throws IOException {
        String folder = "officer-" + ++devices;
        at(folder, "", "init", "--name", folder);
        Path grant = work.resolve(folder + ".grant");
        Files.writeString(grant, enrol(at(folder, "", "request"), "province_officer", "--space", SPACE));
        at(folder, "", "join", grant.toString(), "--root", fingerprint);
        String hub = hub();
        at(folder, "", "sync", "--hub", hub);
        at(folder, "", "snapshot", SPACE);
        at(folder, "", "sync");
    }

    private String enrol(String request, String role, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("authority", "enrol", "-", "--role", role));
        arguments.addAll(List.of(more));
        return cotmoc(request, arguments.toArray(new String[0]));
    }

    private String cotmoc(String input, String... arguments) throws IOException {
        return at("auth", input, arguments);
    }

    private String at(String folder, String input, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("cotmoc", "-C", work.resolve(folder).toString()));
        all.addAll(List.of(arguments));
        return run(input, all.toArray(new String[0]));
    }

    private String run(String input, String... command) throws IOException {
        Process process = start(command);
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            int status = process.waitFor();
            // 3: done, but there is something for a person, such as a conflict.
            if (status != 0 && status != 3) {
                throw new IOException(String.join(" ", command) + " failed");
            }
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
        return printed.strip();
    }

    private Process start(String... command) throws IOException {
        command[0] = programs.resolve(command[0]).toString();
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(work.resolve("programs.log").toFile()));
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("COTMOC_"));
        environment.put("COTMOC_PASSPHRASE", new String(PASSPHRASE, StandardCharsets.UTF_8));
        environment.put("COTMOC_KDF", "low");
        environment.put("COTMOC_STATE_DIR", "");
        environment.put("LANG", "C.UTF-8");
        return builder.start();
    }
}
