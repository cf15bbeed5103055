package vn.cotmoc;

/** Where the library tells what it does. */
public interface LogSink {
    /** How much it matters. */
    enum Level {
        /** Each call that failed, with its error. */
        DEBUG,
        /** Opened, closed, a session began or ended. */
        INFO,
        /** Something may need a person. */
        WARNING,
        /** Something went wrong. */
        ERROR
    }

    /**
     * One line. On the executor given with the sink. If that runs it at once, it may not call the library.
     *
     * @param level of the line
     * @param line English, without a line end; no text of records and no key
     */
    void line(Level level, String line);
}
