// A field book in C: makes a device, joins a province, writes a record, syncs it and lists what there is.
// docs/getting-started-c.md goes through it.
#include <cotmoc/cotmoc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Prints what a call has to tell; calls hand their text to such a function.
static cotmoc_status print_line(void* ctx, const char* text, size_t size) {
    (void)ctx;
    printf("%.*s\n", (int)size, text);
    return COTMOC_OK;
}

static int failed(const cotmoc_error* error) {
    fprintf(stderr, "%s (%s): %s\n", cotmoc_status_what(error->status, NULL), error->detail,
            cotmoc_status_advice(error->status, NULL));
    return 1;
}

// The device's keys, its empty database, and the request that the office enrols it by.
static int make(const cotmoc_options* options, const char* name) {
    cotmoc_error error;
    cotmoc_replica* replica = NULL;
    int bad = cotmoc_replica_create(options, name, &replica, &error) != COTMOC_OK ||
              cotmoc_replica_request(replica, print_line, NULL, &error) != COTMOC_OK;
    cotmoc_replica_free(replica);
    return bad ? failed(&error) : 0;
}

// The office's grant; a person has compared the fingerprint with the poster.
static int join(cotmoc_replica* replica, const char* path, const char* fingerprint) {
    static char grant[1024 * 1024];
    cotmoc_error error;
    FILE* file = fopen(path, "rb");
    size_t size = file != NULL ? fread(grant, 1, sizeof grant, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    return cotmoc_replica_join(replica, grant, size, fingerprint, &error) != COTMOC_OK ? failed(&error) : 0;
}

static int add(cotmoc_replica* replica, const char* head) {
    cotmoc_error error;
    char fields[512];
    char id[64];
    cotmoc_buffer buffer = {id, sizeof id, 0};
    snprintf(fields, sizeof fields, "{\"direction\":\"incoming\",\"head\":\"%s\"}", head);
    if (cotmoc_record_add(replica, "delegation", NULL, NULL, fields, cotmoc_copy_text, &buffer, &error) !=
        COTMOC_OK) {
        return failed(&error);
    }
    printf("added a record with an id of %u letters\n", (unsigned)buffer.size);
    return 0;
}

// A cursor reads record by record, however many there are.
static int list(cotmoc_replica* replica) {
    cotmoc_error error;
    cotmoc_cursor* cursor = NULL;
    int32_t found = 1;
    if (cotmoc_cursor_open(replica, NULL, &cursor, &error) != COTMOC_OK) {
        return failed(&error);
    }
    while (found) {
        if (cotmoc_cursor_next(cursor, print_line, NULL, &found, &error) != COTMOC_OK) {
            cotmoc_cursor_free(cursor);
            return failed(&error);
        }
    }
    cotmoc_cursor_free(cursor);
    return 0;
}

static cotmoc_status show_progress(void* ctx, const cotmoc_progress* progress) {
    (void)ctx;
    if (progress->stage == COTMOC_STAGE_OVER) {
        printf("change sets moved: %u\n", (unsigned)progress->change_sets);
    }
    return COTMOC_OK;
}

// At most a minute and a million octets; what is left over goes with the next slice.
static int sync_slice(cotmoc_replica* replica, const char* hub) {
    cotmoc_error error;
    cotmoc_sync* sync = NULL;
    cotmoc_progress_sink sink;
    int bad;
    memset(&sink, 0, sizeof sink);
    sink.size = sizeof sink;
    sink.progress = show_progress;
    bad = cotmoc_sync_new(replica, &sync, &error) != COTMOC_OK ||
          cotmoc_sync_set_hub(sync, hub, &error) != COTMOC_OK ||
          cotmoc_sync_set_progress(sync, &sink, &error) != COTMOC_OK ||
          cotmoc_sync_run(sync, 1000000, 60000, NULL, NULL, &error) != COTMOC_OK;
    cotmoc_sync_free(sync);
    return bad ? failed(&error) : 0;
}

static int work(cotmoc_replica* replica, int argc, char** argv) {
    if (argc == 5 && strcmp(argv[2], "join") == 0) {
        return join(replica, argv[3], argv[4]);
    }
    if (argc == 4 && strcmp(argv[2], "add") == 0) {
        return add(replica, argv[3]);
    }
    if (argc == 4 && strcmp(argv[2], "sync") == 0) {
        return sync_slice(replica, argv[3]);
    }
    return list(replica);
}

int main(int argc, char** argv) {
    const char* passphrase = getenv("COTMOC_PASSPHRASE");
    cotmoc_error error;
    cotmoc_options* options = NULL;
    cotmoc_replica* replica = NULL;
    int status;
    if (argc < 3 || passphrase == NULL) {
        fprintf(stderr, "usage: sample FOLDER make NAME | join GRANT ROOT | add HEAD | sync HUB | list\n");
        return 2;
    }
    if (cotmoc_options_new(&options, &error) != COTMOC_OK ||
        cotmoc_options_set_directory(options, argv[1], &error) != COTMOC_OK ||
        cotmoc_options_set_passphrase(options, (const uint8_t*)passphrase, strlen(passphrase), &error) !=
            COTMOC_OK) {
        status = failed(&error);
    } else if (argc == 4 && strcmp(argv[2], "make") == 0) {
        status = make(options, argv[3]);
    } else if (cotmoc_replica_open(options, &replica, &error) != COTMOC_OK) {
        status = failed(&error);
    } else {
        status = work(replica, argc, argv);
    }
    cotmoc_replica_free(replica);
    cotmoc_options_free(options);
    return status;
}
