/* Built against the headers of API version 1 beside it, run with the library of the day: whatever it uses
   must go on as it is here. It needs a folder of its own and prints "ok". */
#include <cotmoc/cotmoc.h>

#include <stdio.h>
#include <string.h>

static int failures = 0;

static void expect(int holds, const char* what) {
    if (!holds) {
        ++failures;
        printf("not so: %s\n", what);
    }
}

struct vault {
    unsigned char file[65536];
    size_t size;
    int drops;
};

static cotmoc_status load(void* ctx, cotmoc_octets_fn take, void* sink) {
    struct vault* vault = ctx;
    return vault->size == 0 ? COTMOC_NO_REPLICA : take(sink, vault->file, vault->size);
}

static cotmoc_status save(void* ctx, const uint8_t* octets, size_t size) {
    struct vault* vault = ctx;
    if (size > sizeof vault->file) {
        return COTMOC_LIMIT_EXCEEDED;
    }
    memcpy(vault->file, octets, size);
    vault->size = size;
    return COTMOC_OK;
}

static void drop_vault(void* ctx) { ++((struct vault*)ctx)->drops; }

static cotmoc_status no_pipe(void* ctx, int32_t timeout_ms) {
    (void)ctx;
    (void)timeout_ms;
    return COTMOC_HOST_FIRST + 5;
}

static cotmoc_status no_send(void* ctx, const uint8_t* octets, size_t size, size_t* taken) {
    (void)ctx;
    (void)octets;
    *taken = size;
    return COTMOC_OK;
}

static cotmoc_status no_receive(void* ctx, uint8_t* into, size_t capacity, int32_t timeout_ms, size_t* got) {
    (void)ctx;
    (void)into;
    (void)capacity;
    (void)timeout_ms;
    *got = 0;
    return COTMOC_OK;
}

static void no_close(void* ctx) { (void)ctx; }

static void use_replica(cotmoc_replica* replica) {
    char room[4096];
    cotmoc_buffer buffer = {room, sizeof room, 0};
    cotmoc_error error;
    cotmoc_cursor* cursor = NULL;
    cotmoc_sync* sync = NULL;
    cotmoc_transport transport;
    int32_t found = 1;
    expect(cotmoc_replica_info(replica, cotmoc_copy_text, &buffer, &error) == COTMOC_OK, "info");
    expect(strstr(room, "\"name\":\"don-a\"") != NULL, "the device's name");
    expect(cotmoc_replica_request(replica, cotmoc_copy_text, &buffer, &error) == COTMOC_OK, "request");
    expect(buffer.size > 50, "a request");
    buffer.capacity = 8;
    expect(cotmoc_replica_info(replica, cotmoc_copy_text, &buffer, &error) == COTMOC_LIMIT_EXCEEDED,
           "a buffer that is too small");
    expect(
        cotmoc_record_add(replica, "delegation", NULL, NULL, "{}", NULL, NULL, &error) == COTMOC_NOT_JOINED,
        "not joined");
    expect(error.status == COTMOC_NOT_JOINED && strcmp(error.name, "not_joined") == 0, "the error's name");
    expect(cotmoc_cursor_open(replica, NULL, &cursor, &error) == COTMOC_OK, "a cursor");
    expect(cotmoc_cursor_next(cursor, NULL, NULL, &found, &error) == COTMOC_OK && found == 0, "no record");
    cotmoc_cursor_free(cursor);
    expect(cotmoc_sync_new(replica, &sync, &error) == COTMOC_OK, "a sync");
    memset(&transport, 0, sizeof transport);
    transport.size = sizeof transport;
    transport.open = no_pipe;
    transport.send = no_send;
    transport.receive = no_receive;
    transport.close = no_close;
    expect(cotmoc_sync_set_transport(sync, &transport, &error) == COTMOC_OK, "a transport");
    expect(cotmoc_sync_run(sync, 0, 0, NULL, NULL, &error) == COTMOC_NOT_JOINED, "no sync before joining");
    cotmoc_sync_free(sync);
}

int main(int argc, char** argv) {
    static struct vault vault;
    static const char passphrase[] = "a passphrase for the test";
    cotmoc_options* options = NULL;
    cotmoc_replica* replica = NULL;
    cotmoc_key_store store;
    cotmoc_error error;
    if (argc != 2) {
        return 2;
    }
    expect(cotmoc_api_version() >= COTMOC_API_VERSION, "the library is not older than the header");
    expect(cotmoc_options_new(&options, &error) == COTMOC_OK, "options");
    expect(cotmoc_options_set_directory(options, argv[1], &error) == COTMOC_OK, "directory");
    expect(cotmoc_options_set_passphrase(options, (const uint8_t*)passphrase, strlen(passphrase), &error) ==
               COTMOC_OK,
           "passphrase");
    expect(cotmoc_options_set_kdf(options, "low", &error) == COTMOC_OK, "kdf");
    memset(&store, 0, sizeof store);
    store.size = sizeof store;
    store.ctx = &vault;
    store.drop = drop_vault;
    store.load = load;
    store.save = save;
    expect(cotmoc_options_set_key_store(options, &store, &error) == COTMOC_OK, "key store");
    expect(cotmoc_replica_create(options, "don-a", &replica, &error) == COTMOC_OK, "create");
    if (replica != NULL) {
        use_replica(replica);
    }
    expect(cotmoc_replica_close(replica, &error) == COTMOC_OK, "close");
    expect(cotmoc_replica_info(replica, NULL, NULL, &error) == COTMOC_WRONG_USAGE, "closed");
    cotmoc_replica_free(replica);
    expect(cotmoc_replica_open(options, &replica, &error) == COTMOC_OK, "open");
    cotmoc_replica_free(replica);
    cotmoc_options_free(options);
    expect(vault.drops == 1, "the key store is dropped once");
    if (failures == 0) {
        puts("ok");
    }
    return failures == 0 ? 0 : 1;
}
