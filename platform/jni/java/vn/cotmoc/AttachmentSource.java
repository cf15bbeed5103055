package vn.cotmoc;

import java.io.IOException;

/**
 * Where an attached file comes from. It is read two or three times from its beginning, on the thread of the call; it
 * may call no method of the replica. A failure in the last time, for the thumbnail, costs only that.
 */
public interface AttachmentSource {
    /**
     * Fills the array with what begins at the offset.
     *
     * @param offset octets before it
     * @param into gets them
     * @return how many; less than the length of the array only at the end
     * @throws IOException if it cannot be read
     * @throws CotmocException another failure
     */
    int read(long offset, byte[] into) throws IOException, CotmocException;
}
