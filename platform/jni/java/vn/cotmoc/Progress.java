package vn.cotmoc;

/** How far a sync is since it began. Immutable. */
public final class Progress {
    /** What a session is busy with. */
    public enum Stage {
        /** The two sides prove who they are. */
        GREETING,
        /** Certificates, rights and keys. */
        TRUST,
        /** Who has what. */
        LISTS,
        /** Records move. */
        RECORDS,
        /** It is over. */
        OVER,
        /** Attached files move. */
        ATTACHMENTS
    }

    private static final Stage[] STAGES = Stage.values();

    private final Stage stage;
    private final boolean noProgress;
    private final long octetsUp;
    private final long octetsDown;
    private final long changeSets;
    private final long expected;
    private final long leftMs;

    Progress(int stage, boolean noProgress, long octetsUp, long octetsDown, long changeSets, long expected,
            long leftMs) {
        this.stage = STAGES[Math.max(0, Math.min(stage, STAGES.length - 1))];
        this.noProgress = noProgress;
        this.octetsUp = octetsUp;
        this.octetsDown = octetsDown;
        this.changeSets = changeSets;
        this.expected = expected;
        this.leftMs = leftMs;
    }

    /**
     * What it is busy with.
     *
     * @return the stage
     */
    public Stage stage() {
        return stage;
    }

    /**
     * Whether a person should be told that nothing moves.
     *
     * @return true if work waits and nothing has moved for a quarter of an hour
     */
    public boolean noProgress() {
        return noProgress;
    }

    /**
     * What went out.
     *
     * @return octets over the pipe
     */
    public long octetsUp() {
        return octetsUp;
    }

    /**
     * What came in.
     *
     * @return octets over the pipe
     */
    public long octetsDown() {
        return octetsDown;
    }

    /**
     * What has moved.
     *
     * @return change sets sent and acknowledged, or received and committed
     */
    public long changeSets() {
        return changeSets;
    }

    /**
     * What is to move.
     *
     * @return change sets, those that have moved included
     */
    public long expected() {
        return expected;
    }

    /**
     * How long it takes yet, by the pace so far.
     *
     * @return milliseconds, or -1 if that is unknown
     */
    public long leftMs() {
        return leftMs;
    }
}
