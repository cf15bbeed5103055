/* The scenario of tests/e2e/embedding.md in C: each command opens a replica whose key file this program keeps
   itself, does one step and prints what came of it. */
#include <cotmoc/cotmoc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- The host's part: custody of the key file --------------------------------------------------------------
 */

enum { file_max = 65536 };

static cotmoc_status load_key_file(void* ctx, cotmoc_octets_fn take, void* sink) {
    static unsigned char octets[file_max];
    FILE* file = fopen((const char*)ctx, "rb");
    size_t size;
    if (file == NULL) {
        return COTMOC_NO_REPLICA;
    }
    size = fread(octets, 1, sizeof octets, file);
    fclose(file);
    return take(sink, octets, size);
}

/* A real host writes to its key chain; durable means more than fclose, too. */
static cotmoc_status save_key_file(void* ctx, const uint8_t* octets, size_t size) {
    FILE* file = fopen((const char*)ctx, "wb");
    int good;
    if (file == NULL) {
        return COTMOC_IO_ERROR;
    }
    good = fwrite(octets, 1, size, file) == size;
    good = fclose(file) == 0 && good;
    return good ? COTMOC_OK : COTMOC_IO_ERROR;
}

/* --- Text that comes out -----------------------------------------------------------------------------------
 */

static cotmoc_status print_line(void* ctx, const char* text, size_t size) {
    (void)ctx;
    fwrite(text, 1, size, stdout);
    fputc('\n', stdout);
    return COTMOC_OK;
}

static void print_change(void* ctx, const char* change, size_t size) { (void)print_line(ctx, change, size); }

/* --- Steps -------------------------------------------------------------------------------------------------
 */

struct step {
    cotmoc_replica* replica;
    int count;   /* of arguments */
    char** text; /* the arguments after DIR and VAULT */
    cotmoc_error* error;
};

static cotmoc_status join_province(struct step* in) {
    static char grant[1024 * 1024];
    FILE* file = fopen(in->text[0], "rb");
    size_t size;
    if (file == NULL) {
        return COTMOC_CANNOT_READ_FILE;
    }
    size = fread(grant, 1, sizeof grant, file);
    fclose(file);
    return cotmoc_replica_join(in->replica, grant, size, in->text[1], in->error);
}

static cotmoc_status add(struct step* in) {
    return cotmoc_record_add(in->replica, in->text[0], NULL, NULL, in->text[1], print_line, NULL, in->error);
}

static cotmoc_status edit(struct step* in) {
    return cotmoc_record_edit(in->replica, in->text[0], in->text[1], print_line, NULL, in->error);
}

static cotmoc_status show(struct step* in) {
    return cotmoc_record_get(in->replica, in->text[0], print_line, NULL, in->error);
}

static cotmoc_status history(struct step* in) {
    return cotmoc_record_history(in->replica, in->text[0], print_line, NULL, in->error);
}

static cotmoc_status print_all(cotmoc_cursor* cursor, cotmoc_error* error) {
    cotmoc_status status = COTMOC_OK;
    int32_t found = 1;
    while (status == COTMOC_OK && found) {
        status = cotmoc_cursor_next(cursor, print_line, NULL, &found, error);
    }
    cotmoc_cursor_free(cursor);
    return status;
}

static cotmoc_status print_query(struct step* in, const char* kind, const char* words) {
    cotmoc_query* query = NULL;
    cotmoc_cursor* cursor = NULL;
    cotmoc_status status = cotmoc_query_new(&query, in->error);
    if (status == COTMOC_OK && kind != NULL) {
        status = cotmoc_query_set_kind(query, kind, in->error);
    }
    if (status == COTMOC_OK && words != NULL) {
        status = cotmoc_query_set_words(query, words, in->error);
    }
    if (status == COTMOC_OK) {
        status = cotmoc_cursor_open(in->replica, query, &cursor, in->error);
    }
    cotmoc_query_free(query);
    return status == COTMOC_OK ? print_all(cursor, in->error) : status;
}

static cotmoc_status list(struct step* in) { return print_query(in, in->text[0], NULL); }

static cotmoc_status search(struct step* in) { return print_query(in, NULL, in->text[0]); }

static cotmoc_status conflicts(struct step* in) {
    cotmoc_cursor* cursor = NULL;
    const cotmoc_status status = cotmoc_conflict_cursor(in->replica, NULL, &cursor, in->error);
    return status == COTMOC_OK ? print_all(cursor, in->error) : status;
}

static cotmoc_status take_value(struct step* in) {
    const unsigned long number = strtoul(in->text[2], NULL, 10);
    return cotmoc_conflict_take(in->replica, in->text[0], in->text[1], (uint32_t)number, NULL, in->error);
}

static cotmoc_status set_value(struct step* in) {
    return cotmoc_conflict_set(in->replica, in->text[0], in->text[1], in->text[2], NULL, in->error);
}

static cotmoc_status acknowledge(struct step* in) {
    return cotmoc_conflict_acknowledge(in->replica, in->text[0], in->text[1], NULL, in->error);
}

/* Cancels a sync once so many octets came down. */
struct limit {
    cotmoc_sync* sync;
    unsigned long long octets;
};

static cotmoc_status watch_progress(void* ctx, const cotmoc_progress* progress) {
    const struct limit* limit = ctx;
    if (progress->octets_down >= limit->octets) {
        return cotmoc_sync_cancel(limit->sync, NULL);
    }
    return COTMOC_OK;
}

static cotmoc_status sync_with(struct step* in, const char* hub, const char* cancel, cotmoc_text_fn view) {
    cotmoc_sync* sync = NULL;
    struct limit limit = {NULL, 0};
    cotmoc_status status = cotmoc_sync_new(in->replica, &sync, in->error);
    if (status == COTMOC_OK) {
        status = cotmoc_sync_set_hub(sync, hub, in->error);
    }
    if (status == COTMOC_OK && cancel != NULL) {
        cotmoc_progress_sink sink;
        memset(&sink, 0, sizeof sink);
        sink.size = sizeof sink;
        sink.ctx = &limit;
        sink.progress = watch_progress;
        limit.sync = sync;
        limit.octets = strtoull(cancel, NULL, 10);
        status = cotmoc_sync_set_progress(sync, &sink, in->error);
    }
    if (status == COTMOC_OK) {
        status = cotmoc_sync_run(sync, 0, 0, view, NULL, in->error);
    }
    cotmoc_sync_free(sync);
    return status;
}

static cotmoc_status sync_once(struct step* in) {
    return sync_with(in, in->text[0], in->count > 1 ? in->text[1] : NULL, print_line);
}

static cotmoc_status live(struct step* in) {
    cotmoc_query* query = NULL;
    cotmoc_subscription* subscription = NULL;
    cotmoc_observer observer;
    cotmoc_status status = cotmoc_query_new(&query, in->error);
    memset(&observer, 0, sizeof observer);
    observer.size = sizeof observer;
    observer.changed = print_change;
    if (status == COTMOC_OK) {
        status = cotmoc_query_set_kind(query, in->text[0], in->error);
    }
    if (status == COTMOC_OK) {
        status = cotmoc_observe_query(in->replica, query, &observer, &subscription, in->error);
    }
    cotmoc_query_free(query);
    if (status == COTMOC_OK) {
        status = cotmoc_record_add(in->replica, in->text[0], NULL, NULL, in->text[2], NULL, NULL, in->error);
    }
    if (status == COTMOC_OK) {
        status = sync_with(in, in->text[1], NULL, NULL);
    }
    cotmoc_subscription_free(subscription);
    return status;
}

static cotmoc_status attach(struct step* in) {
    return cotmoc_attachment_add_file(in->replica, in->text[0], in->text[1], in->text[2], print_line, NULL,
                                      in->error);
}

static cotmoc_status fetch(struct step* in) {
    return cotmoc_attachment_save(in->replica, in->text[0], in->text[1], NULL, in->text[2], in->error);
}

static cotmoc_status export_bundle(struct step* in) {
    cotmoc_bundle* bundle = NULL;
    cotmoc_status status = cotmoc_bundle_new(in->replica, &bundle, in->error);
    if (status == COTMOC_OK) {
        status = cotmoc_bundle_set_reader(bundle, in->text[1], in->error);
    }
    if (status == COTMOC_OK) {
        status = cotmoc_bundle_export(bundle, in->text[0], print_line, NULL, in->error);
    }
    cotmoc_bundle_free(bundle);
    return status;
}

static cotmoc_status import_bundle(struct step* in) {
    cotmoc_bundle* bundle = NULL;
    cotmoc_status status = cotmoc_bundle_new(in->replica, &bundle, in->error);
    if (status == COTMOC_OK) {
        status = cotmoc_bundle_add_file(bundle, in->text[0], in->error);
    }
    if (status == COTMOC_OK) {
        status = cotmoc_bundle_import(bundle, print_line, NULL, in->error);
    }
    cotmoc_bundle_free(bundle);
    return status;
}

static cotmoc_status suspend(struct step* in) {
    cotmoc_status status = cotmoc_replica_suspend(in->replica, in->error);
    if (status == COTMOC_OK) {
        status = cotmoc_replica_resume(in->replica, in->error);
    }
    return status == COTMOC_OK ? show(in) : status;
}

static cotmoc_status print_status(struct step* in) {
    return cotmoc_replica_status(in->replica, print_line, NULL, in->error);
}

static cotmoc_status digests(struct step* in) {
    return cotmoc_replica_digests(in->replica, print_line, NULL, in->error);
}

static cotmoc_status verify(struct step* in) {
    return cotmoc_replica_verify(in->replica, print_line, NULL, in->error);
}

/* --- The program -------------------------------------------------------------------------------------------
 */

static const struct command {
    const char* name;
    int arguments; /* after DIR and VAULT; more are allowed for sync */
    cotmoc_status (*run)(struct step* in);
} commands[] = {
    {"join", 2, join_province},
    {"add", 2, add},
    {"edit", 2, edit},
    {"show", 1, show},
    {"list", 1, list},
    {"search", 1, search},
    {"history", 1, history},
    {"conflicts", 0, conflicts},
    {"take", 3, take_value},
    {"set", 3, set_value},
    {"acknowledge", 2, acknowledge},
    {"sync", 1, sync_once},
    {"live", 3, live},
    {"attach", 3, attach},
    {"fetch", 3, fetch},
    {"export", 2, export_bundle},
    {"import", 1, import_bundle},
    {"suspend", 1, suspend},
    {"status", 0, print_status},
    {"digests", 0, digests},
    {"verify", 0, verify},
};

static const struct command* find_command(const char* name) {
    size_t i;
    for (i = 0; i < sizeof commands / sizeof *commands; ++i) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static cotmoc_status make_options(char** argv, cotmoc_options** options, cotmoc_error* error) {
    const char* passphrase = getenv("COTMOC_PASSPHRASE");
    cotmoc_key_store store;
    cotmoc_status status = cotmoc_options_new(options, error);
    memset(&store, 0, sizeof store);
    store.size = sizeof store;
    store.ctx = argv[3];
    store.load = load_key_file;
    store.save = save_key_file;
    if (status == COTMOC_OK) {
        status = cotmoc_options_set_directory(*options, argv[2], error);
    }
    if (status == COTMOC_OK && passphrase != NULL) {
        status =
            cotmoc_options_set_passphrase(*options, (const uint8_t*)passphrase, strlen(passphrase), error);
    }
    if (status == COTMOC_OK) {
        status = cotmoc_options_set_key_store(*options, &store, error);
    }
    if (status == COTMOC_OK) {
        status = cotmoc_options_set_kdf(*options, "low",
                                        error); /* the scenario opens it often; an app takes phone */
    }
    return status;
}

static cotmoc_status run(int argc, char** argv, cotmoc_error* error) {
    const struct command* command = find_command(argv[1]);
    const int creates = strcmp(argv[1], "create") == 0;
    cotmoc_options* options = NULL;
    cotmoc_replica* replica = NULL;
    cotmoc_status status = make_options(argv, &options, error);
    if (status == COTMOC_OK && creates) {
        status = cotmoc_replica_create(options, argv[4], &replica, error);
        if (status == COTMOC_OK) {
            status = cotmoc_replica_request(replica, print_line, NULL, error);
        }
    } else if (status == COTMOC_OK) {
        status = cotmoc_replica_open(options, &replica, error);
        if (status == COTMOC_OK) {
            struct step step;
            step.replica = replica;
            step.count = argc - 4;
            step.text = argv + 4;
            step.error = error;
            status = command->run(&step);
        }
    }
    cotmoc_options_free(options);
    cotmoc_replica_free(replica);
    return status;
}

int main(int argc, char** argv) {
    cotmoc_error error;
    const struct command* command = argc > 1 ? find_command(argv[1]) : NULL;
    const int creates = argc == 5 && strcmp(argv[1], "create") == 0;
    if (!creates && (command == NULL || argc < 4 + command->arguments)) {
        fprintf(stderr, "usage: embedding COMMAND DIR VAULT ...; see tests/e2e/embedding.md\n");
        return 2;
    }
    memset(&error, 0, sizeof error);
    if (run(argc, argv, &error) != COTMOC_OK) {
        fprintf(stderr, "error %s %s\n", error.name, error.detail);
        return 1;
    }
    return 0;
}
