package android.content;

/** What the sample uses of android.content.Context. */
public abstract class Context {
    public static final String CONNECTIVITY_SERVICE = "connectivity";

    public abstract java.io.File getNoBackupFilesDir();

    public abstract Object getSystemService(String name);
}
