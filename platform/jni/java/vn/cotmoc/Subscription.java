package vn.cotmoc;

/** That somebody observes. Any thread. */
public final class Subscription implements AutoCloseable {
    private final Replica replica; // is not collected before this
    private final Handle handle;
    private final ObserverBridge bridge;

    Subscription(Replica replica, long pointer, ObserverBridge bridge) {
        this.replica = replica;
        this.bridge = bridge;
        handle = new Handle("subscription", pointer, Native::subscriptionFree);
        handle.belongsTo(this);
    }

    /**
     * Ends it: no call of the observer begins after this has returned. One that goes on in another thread of the
     * executor is not waited for. An observer may end its own.
     */
    @Override
    public void close() {
        bridge.end();
        handle.close();
    }
}
