// A small runner: TEST(name) { CHECK(…); } Devices are enrolled by the programs of the command line.
#pragma once

#import <Cotmoc/Cotmoc.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

void ctm_test_register(const char *name, void (*body)(void));
void ctm_test_check(BOOL good, const char *what, const char *file, int line);

#define TEST(name)                                                                                     \
    static void name(void);                                                                            \
    __attribute__((constructor)) static void register_##name(void) { ctm_test_register(#name, name); } \
    static void name(void)
#define CHECK(...) ctm_test_check((__VA_ARGS__) ? YES : NO, #__VA_ARGS__, __FILE__, __LINE__)
/// The call failed with this code.
#define CHECK_FAILS(wanted, ...)                                \
    do {                                                        \
        error = nil;                                            \
        CHECK(!(__VA_ARGS__));                                  \
        CHECK([[error domain] isEqual:CTMErrorDomain]);         \
        ctm_test_check_code(error, wanted, __FILE__, __LINE__); \
    } while (0)
void ctm_test_check_code(NSError *error, NSInteger wanted, const char *file, int line);

/// Options of a device; its folder lies in the folder of the tests.
CTMOptions *ctm_test_options(NSString *name);
/// A new device that has joined.
CTMReplica *ctm_test_device(NSString *name);
/// Runs `cotmoc -C` the office's folder with these arguments and this on its standard input; what it prints.
NSData *ctm_test_office(NSString *arguments, NSString *input);
/// A new officer of the province gets all that the hub has, makes a snapshot of it and brings it to the hub.
void ctm_test_snapshot(NSString *name);
/// Has the office enrol a request; its grant.
NSData *ctm_test_enrol(NSString *request);
NSString *ctm_test_path(NSString *name);
NSString *ctm_test_root(void);
NSString *ctm_test_hub(void);
NSData *ctm_test_octets(NSString *text);
NSDictionary *ctm_test_fields(NSString *head);

#ifdef __cplusplus
}
#endif
