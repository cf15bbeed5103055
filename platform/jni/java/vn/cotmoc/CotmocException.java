package vn.cotmoc;

/** Why a call failed. The names and numbers are those of {@code docs/errors.md}; no text of records is in it. */
public final class CotmocException extends Exception {
    /** The call or value is not of the documented form. */
    public static final int WRONG_USAGE = 1;
    /** Somebody changed the field since it was shown. */
    public static final int STALE = 115;
    /** The key store holds nothing, or the folder no replica. */
    public static final int NO_REPLICA = 306;
    /** The passphrase is wrong. */
    public static final int WRONG_PASSPHRASE = 300;
    /** Key custody cannot be reached now. */
    public static final int NO_KEY_CUSTODY = 332;
    /** Too many wrong PINs: the key is gone. */
    public static final int TRIES_USED_UP = 335;
    /** Something else is using it: another process, a sync, a callback that may not make this call. */
    public static final int BUSY = 500;
    /** The other side did not answer in time. */
    public static final int NO_ANSWER = 600;
    /** No connection could be made. */
    public static final int CONNECTION_FAILED = 601;
    /** The connection ended. */
    public static final int CONNECTION_LOST = 602;

    /** Whether the same attempt can succeed later on its own. */
    public enum Retry {
        /** Not without somebody doing something. */
        NEVER,
        /** After a while. */
        AFTER_BACK_OFF,
        /** Once the network is another one. */
        WHEN_NETWORK_CHANGES
    }

    private static final long serialVersionUID = 1L;

    /** The number. */
    private final int status;
    /** The name, such as "unknown_field". */
    private final String name;
    /** The thing concerned. */
    private final String detail;
    /** A number of Retry. */
    private final int retry;
    /** JSON of how far the call came, or null. */
    private final String report;

    /**
     * For callbacks that fail with an error of the library.
     *
     * @param status a number of {@code docs/errors.md}, such as {@link #CONNECTION_LOST}
     * @param detail the thing concerned, or ""
     */
    public CotmocException(int status, String detail) {
        this(status, Native.statusName(status), detail, Native.statusRetry(status), null, null);
    }

    /** Called by native code: keep the signature. */
    CotmocException(int status, String name, String detail, int retry, String report, Throwable cause) {
        super(name + (detail.isEmpty() ? "" : ": " + detail), cause);
        this.status = status;
        this.name = name;
        this.detail = detail;
        this.retry = retry;
        this.report = report;
    }

    /**
     * The number of the error.
     *
     * @return a number of {@code docs/errors.md}
     */
    public int status() {
        return status;
    }

    /**
     * The name of the error.
     *
     * @return such as {@code "unknown_field"}
     */
    public String name() {
        return name;
    }

    /**
     * What it is about.
     *
     * @return a field, a path, a number; may be empty
     */
    public String detail() {
        return detail;
    }

    /**
     * Whether to try again.
     *
     * @return when the same attempt can succeed on its own
     */
    public Retry retry() {
        return retry == 1 ? Retry.AFTER_BACK_OFF : retry == 2 ? Retry.WHEN_NETWORK_CHANGES : Retry.NEVER;
    }

    /**
     * How far a sync or the import of a bundle came before it failed.
     *
     * @return the JSON object that it would have returned, or null
     */
    public String report() {
        return report;
    }

    /**
     * What happened, for people.
     *
     * @param language "vi", or English
     * @return a sentence
     */
    public String what(String language) {
        return Native.statusWhat(status, language);
    }

    /**
     * What to do about it, for people.
     *
     * @param language "vi", or English
     * @return a sentence
     */
    public String advice(String language) {
        return Native.statusAdvice(status, language);
    }
}
