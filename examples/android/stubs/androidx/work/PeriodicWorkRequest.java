package androidx.work;

/** What the sample uses of androidx.work.PeriodicWorkRequest. */
public final class PeriodicWorkRequest {
    private PeriodicWorkRequest() {}

    public static final class Builder {
        public Builder(Class<? extends Worker> worker, long interval, java.util.concurrent.TimeUnit unit) {
            throw new UnsupportedOperationException("a stub");
        }

        public Builder setConstraints(Constraints constraints) {
            return this;
        }

        public PeriodicWorkRequest build() {
            return new PeriodicWorkRequest();
        }
    }
}
