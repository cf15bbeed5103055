package vn.cotmoc;

/** What Native.view gives, in the order of its numbers there. */
enum View {
    INFO, STATUS, CATALOGUE, REQUEST, VERIFY, QUARANTINE, DIGESTS, DEVICES
}
