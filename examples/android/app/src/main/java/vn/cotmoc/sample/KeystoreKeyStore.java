package vn.cotmoc.sample;

import android.content.Context;
import android.security.keystore.KeyGenParameterSpec;
import android.security.keystore.KeyProperties;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Key;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.spec.GCMParameterSpec;
import java.security.SecureRandom;
import vn.cotmoc.CotmocException;
import vn.cotmoc.KeyStore;

/**
 * Custody of the key file on a phone: the file lies in the app's private files, and opens only with a secret of 32
 * octets that is encrypted under a key of the Android Keystore, which never leaves the phone. So a PIN of six
 * digits is enough; its tries are counted, and after the last one the secret is destroyed.
 */
final class KeystoreKeyStore implements KeyStore {
    private static final String PROVIDER = "AndroidKeyStore";
    private static final String ALIAS = "cotmoc";
    private static final int TRIES_MAX = 10;
    private static final int SECRET_SIZE = 32;
    private static final int TAG_BITS = 128;

    private final File keyFile;
    private final File secretFile;
    private final File triesFile;

    KeystoreKeyStore(Context context) {
        File folder = context.getNoBackupFilesDir();
        keyFile = new File(folder, "key");
        secretFile = new File(folder, "secret");
        triesFile = new File(folder, "tries");
    }

    @Override
    public byte[] load() throws IOException {
        return keyFile.exists() ? read(keyFile) : null;
    }

    @Override
    public void save(byte[] octets) throws IOException {
        write(keyFile, octets);
    }

    @Override
    public boolean hasHardwareSecret() {
        return true;
    }

    @Override
    public byte[] hardwareSecret() throws IOException, CotmocException {
        try {
            return secretFile.exists() ? unwrap(read(secretFile)) : makeSecret();
        } catch (GeneralSecurityException failed) {
            throw new CotmocException(CotmocException.NO_KEY_CUSTODY, failed.getClass().getSimpleName());
        }
    }

    @Override
    public void beginTry() throws IOException, CotmocException {
        int tries = triesFile.exists() ? read(triesFile)[0] : 0;
        if (tries >= TRIES_MAX) {
            destroy();
            throw new CotmocException(CotmocException.TRIES_USED_UP, "");
        }
        write(triesFile, new byte[] {(byte) (tries + 1)});
    }

    @Override
    public void opened() throws IOException {
        write(triesFile, new byte[] {0});
    }

    /**
     * Removes all of it: after a wipe, and where the replica's folder is gone. Nothing opens the former replica any
     * more; a new one can be made.
     */
    void forget() throws IOException {
        destroy();
        for (File file : new File[] {keyFile, secretFile, triesFile}) {
            remove(fresh(file));
            remove(file);
        }
    }

    /** Without the secret the key file opens no more. */
    private void destroy() throws IOException {
        try {
            java.security.KeyStore store = java.security.KeyStore.getInstance(PROVIDER);
            store.load(null);
            store.deleteEntry(ALIAS);
        } catch (GeneralSecurityException failed) {
            throw new IOException("the key cannot be deleted", failed);
        } finally {
            remove(secretFile);
        }
    }

    private byte[] makeSecret() throws GeneralSecurityException, IOException {
        KeyGenerator generator = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER);
        generator.init(new KeyGenParameterSpec.Builder(ALIAS,
                KeyProperties.PURPOSE_ENCRYPT | KeyProperties.PURPOSE_DECRYPT)
                .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
                .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
                .setKeySize(256)
                .build());
        byte[] secret = new byte[SECRET_SIZE];
        new SecureRandom().nextBytes(secret);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, generator.generateKey());
        byte[] nonce = cipher.getIV();
        byte[] sealed = cipher.doFinal(secret);
        byte[] both = new byte[1 + nonce.length + sealed.length];
        both[0] = (byte) nonce.length;
        System.arraycopy(nonce, 0, both, 1, nonce.length);
        System.arraycopy(sealed, 0, both, 1 + nonce.length, sealed.length);
        write(secretFile, both);
        return secret;
    }

    private static byte[] unwrap(byte[] both) throws GeneralSecurityException, IOException {
        java.security.KeyStore store = java.security.KeyStore.getInstance(PROVIDER);
        store.load(null);
        Key key = store.getKey(ALIAS, null);
        if (key == null || both.length < 1 || both.length < 1 + both[0]) {
            throw new GeneralSecurityException("the key is gone");
        }
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, both, 1, both[0]));
        return cipher.doFinal(both, 1 + both[0], both.length - 1 - both[0]);
    }

    private static byte[] read(File file) throws IOException {
        byte[] octets = new byte[(int) file.length()];
        try (DataInputStream from = new DataInputStream(new FileInputStream(file))) {
            from.readFully(octets);
        }
        return octets;
    }

    /** Whole or not at all, and on the disk when it returns. */
    private static void write(File file, byte[] octets) throws IOException {
        File fresh = fresh(file);
        try (FileOutputStream to = new FileOutputStream(fresh)) {
            new DataOutputStream(to).write(octets);
            to.getFD().sync();
        }
        if (!fresh.renameTo(file)) {
            throw new IOException("cannot rename " + fresh);
        }
    }

    private static File fresh(File file) {
        return new File(file.getPath() + ".new");
    }

    private static void remove(File file) throws IOException {
        if (!file.delete() && file.exists()) {
            throw new IOException("cannot delete " + file);
        }
    }
}
