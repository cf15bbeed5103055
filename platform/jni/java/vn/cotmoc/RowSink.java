package vn.cotmoc;

/** Who takes the rows of a list, one after the other. */
public interface RowSink {
    /**
     * One row. What it throws comes out of the call that gives the rows.
     *
     * @param json an object; a row of a table as it stands in the file
     * @return false to end the list
     * @throws CotmocException to end it with an error
     */
    boolean row(String json) throws CotmocException;
}
