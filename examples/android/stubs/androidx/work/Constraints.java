package androidx.work;

/** What the sample uses of androidx.work.Constraints. */
public final class Constraints {
    private Constraints() {}

    public static final class Builder {
        public Builder setRequiredNetworkType(NetworkType type) {
            return this;
        }

        public Constraints build() {
            return new Constraints();
        }
    }
}
