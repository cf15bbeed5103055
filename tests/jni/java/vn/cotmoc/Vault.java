package vn.cotmoc;

import java.io.IOException;

/** Keeps the key file in memory and throws what it is told to. */
class Vault implements KeyStore {
    byte[] octets;
    IOException io;
    RuntimeException runtime;
    final Object held;

    Vault() {
        this(null);
    }

    Vault(Object held) {
        this.held = held;
    }

    @Override
    public byte[] load() throws IOException {
        throwIt();
        return octets;
    }

    @Override
    public void save(byte[] fresh) throws IOException {
        throwIt();
        octets = fresh.clone();
    }

    private void throwIt() throws IOException {
        if (io != null) {
            throw io;
        }
        if (runtime != null) {
            throw runtime;
        }
    }
}
