package vn.cotmoc;

import java.util.List;
import java.util.Map;

/**
 * What is done to a device's directory while no replica is open there: taking it off the phone, and the way back to
 * the data when the passphrase is forgotten. Any thread; one process at a time has the directory, {@code busy} for
 * another one and while it is open here.
 */
public final class Device {
    // The numbers of Native.device.
    private static final int ASK_RECOVERY = 0;
    private static final int RECOVER = 1;
    private static final int WIPE = 2;
    private static final int WIPE_UNSENT = 3;

    private Device() {}

    /**
     * Removes the replica from this device for good, keys first, so that the rest is unreadable at once. A wipe that
     * was cut off is finished by the next one. What a {@link KeyStore} of the app keeps is the app's: it removes that
     * itself.
     *
     * @param options the directory, and unless work is discarded the passphrase, which may else be empty
     * @param discardUnsent removes it although work of this device was not sent, and one that opens no more
     * @return the names of the files removed
     * @throws CotmocException {@code unsent_work}, {@code no_replica}, {@code wrong_passphrase}, {@code busy}: nothing
     *         is removed then
     */
    public static List<String> wipe(ReplicaOptions options, boolean discardUnsent) throws CotmocException {
        return Json.asTexts(Json.parse(options.device(discardUnsent ? WIPE_UNSENT : WIPE, null)));
    }

    /**
     * The passphrase is forgotten: begins a recovery, anew if one was begun.
     *
     * @param options the directory, with the new passphrase
     * @return "request", for the office, and "code", which both sides compare by voice
     * @throws CotmocException {@code no_recovery}, {@code bad_recovery}, {@code weak_passphrase}, {@code no_replica},
     *         {@code busy}
     */
    public static Map<String, Object> askRecovery(ReplicaOptions options) throws CotmocException {
        return Json.object(options.device(ASK_RECOVERY, null));
    }

    /**
     * Takes the office's answer. The database opens with the new passphrase from now on, under a new identity of the
     * device; what was not sent is signed anew after {@link Replica#join}.
     *
     * @param options as of {@link #askRecovery}, with the same new passphrase
     * @param answer of the office
     * @return "request", for the office to enrol, and "device", its id
     * @throws CotmocException {@code bad_recovery}, {@code wrong_passphrase}, {@code no_replica}, {@code busy}
     */
    public static Map<String, Object> recover(ReplicaOptions options, String answer) throws CotmocException {
        return Json.object(options.device(RECOVER, answer));
    }
}
