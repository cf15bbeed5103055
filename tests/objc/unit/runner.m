#import "runner.h"

#include <stdlib.h>
#include <string.h>

enum { tests_max = 128 };

static struct {
    const char *name;
    void (*body)(void);
} tests[tests_max];
static int count;
static int failures;

void ctm_test_register(const char *name, void (*body)(void)) {
    tests[count].name = name;
    tests[count++].body = body;
}

void ctm_test_check(BOOL good, const char *what, const char *file, int line) {
    if (!good) {
        ++failures;
        fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    }
}

void ctm_test_check_code(NSError *error, NSInteger wanted, const char *file, int line) {
    if ([error code] != wanted) {
        ++failures;
        fprintf(stderr, "%s:%d: code %ld, not %ld: %s\n", file, line, (long)[error code], (long)wanted,
                [[error description] UTF8String]);
    }
}

static NSString *environment(const char *name) {
    const char *value = getenv(name);
    return value ? [NSString stringWithUTF8String:value] : @"";
}

NSData *ctm_test_octets(NSString *text) { return [text dataUsingEncoding:NSUTF8StringEncoding]; }

NSString *ctm_test_path(NSString *name) {
    return [environment("CTM_TEST_WORK") stringByAppendingPathComponent:name];
}

NSString *ctm_test_root(void) { return environment("CTM_TEST_ROOT"); }

NSString *ctm_test_hub(void) { return environment("CTM_TEST_HUB"); }

CTMOptions *ctm_test_options(NSString *name) {
    CTMOptions *options = [[CTMOptions alloc] initWithDirectory:ctm_test_path(name)
                                                     passphrase:ctm_test_octets(@"mật khẩu thử nghiệm")];
    [options setKdf:@"low"];
    return [options autorelease];
}

static NSData *program(NSString *folder, NSString *arguments, NSString *input) {
    NSString *file = ctm_test_path(@"input");
    [ctm_test_octets(input) writeToFile:file atomically:YES];
    NSString *command = [NSString
        stringWithFormat:@"\"$CTM_TEST_COTMOC\" -C '%@' %@ < '%@'", ctm_test_path(folder), arguments, file];
    FILE *pipe = popen([command UTF8String], "r");
    NSMutableData *printed = [NSMutableData data];
    char piece[4096];
    size_t size = 0;
    while ((size = fread(piece, 1, sizeof piece, pipe)) != 0) {
        [printed appendBytes:piece length:size];
    }
    CHECK(pclose(pipe) == 0);
    return printed;
}

NSData *ctm_test_office(NSString *arguments, NSString *input) { return program(@"auth", arguments, input); }

void ctm_test_snapshot(NSString *name) {
    program(name, [@"init --name " stringByAppendingString:name], @"");
    NSString *request = [[[NSString alloc] initWithData:program(name, @"request", @"")
                                               encoding:NSUTF8StringEncoding] autorelease];
    NSString *grant = ctm_test_path([name stringByAppendingString:@".grant"]);
    NSString *enrol = @"authority enrol - --role province_officer --space tinh-a/huyen-b";
    [ctm_test_office(enrol, request) writeToFile:grant atomically:YES];
    program(name, [NSString stringWithFormat:@"join '%@' --root %@", grant, ctm_test_root()], @"");
    NSString *sync = [@"sync --hub " stringByAppendingString:ctm_test_hub()];
    ctm_test_office(sync, @"");
    program(name, sync, @"");
    program(name, @"snapshot tinh-a/huyen-b", @"");
    program(name, sync, @"");
}

NSData *ctm_test_enrol(NSString *request) {
    NSData *grant = ctm_test_office(@"authority enrol - --role border_post --space tinh-a/huyen-b", request);
    ctm_test_office([@"sync --hub " stringByAppendingString:ctm_test_hub()], @"");
    return grant;
}

CTMReplica *ctm_test_device(NSString *name) {
    NSError *error = nil;
    CTMReplica *replica = [[CTMReplica alloc] initByCreatingDevice:name
                                                           options:ctm_test_options(name)
                                                             error:&error];
    CHECK(replica != nil);
    NSData *grant = ctm_test_enrol([replica requestWithError:&error]);
    CHECK([replica joinWithGrant:grant root:ctm_test_root() error:&error]);
    return [replica autorelease];
}

NSDictionary *ctm_test_fields(NSString *head) {
    return [NSDictionary dictionaryWithObjectsAndKeys:@"incoming", @"direction", @"2024-05-01", @"start_date",
                                                      head, @"head", nil];
}

int main(int argc, char **argv) {
    int ran = 0;
    setvbuf(stdout, NULL, _IONBF, 0);
    for (int i = 0; i < count; ++i) {
        if (argc > 1 && strstr(tests[i].name, argv[1]) == NULL) {
            continue;
        }
        NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
        const int before = failures;
        @try {
            tests[i].body();
        } @catch (NSException *thrown) {
            ++failures;
            fprintf(stderr, "threw %s: %s\n", [[thrown name] UTF8String], [[thrown reason] UTF8String]);
        }
        [pool drain];
        ++ran;
        printf("%s %s\n", failures == before ? "ok    " : "FAILED", tests[i].name);
    }
    printf("%d tests, %d failures\n", ran, failures);
    return failures != 0 || ran == 0;
}
