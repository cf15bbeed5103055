package android.net;

/** What the sample uses of android.net.ConnectivityManager. */
public class ConnectivityManager {
    public boolean isActiveNetworkMetered() {
        throw new UnsupportedOperationException("a stub");
    }
}
