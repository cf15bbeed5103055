#import "runner.h"

#import "CTMJson.hpp"

static NSString *again(const char *text) {
    std::string written;
    id value = CTMJsonRead(text);
    if (value == nil || !CTMJsonWrite(written, value)) {
        return nil;
    }
    return [NSString stringWithUTF8String:written.c_str()];
}

static bool writes(id value) {
    std::string written;
    return CTMJsonWrite(written, value);
}

TEST(json_keeps_what_it_read) {
    const char *const same[] = {"{}",
                                "[]",
                                "null",
                                "true",
                                "false",
                                "0",
                                "-1",
                                "\"\"",
                                "[1,2,[3,{\"a\":null}]]",
                                "9007199254740993",
                                "9223372036854775807",
                                "-9223372036854775808",
                                "18446744073709551615",
                                "0.1",
                                "-2.5",
                                "1e+300",
                                "\"Đồng Đăng 越南 \\\\ \\\"\"",
                                "{\"a\":1,\"b\":true,\"c\":[false]}"};
    for (const char *text : same) {
        CHECK([again(text) isEqual:[NSString stringWithUTF8String:text]]);
    }
    CHECK([again(" { \"b\" : 1 , \"a\" : [ ] } ") isEqual:@"{\"a\":[],\"b\":1}"]);
    CHECK([again("\"\\u0111\\ud83d\\ude00\\n\\t\\/\"") isEqual:@"\"đ😀\\u000a\\u0009/\""]);
}

TEST(json_refuses_what_is_none) {
    const char *const bad[] = {
        "",    " ",   "{",  "[1",      "[1,]",      "{\"a\"}",     "{\"a\":}",     "{1:2}",
        "tru", "nul", "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud83d\"", "\"\\ud83dx\"", "1 2",
        "--1", "1-1", "1e", ".",       "[1}",       "{\"a\":1]"};
    for (const char *text : bad) {
        CHECK(CTMJsonRead(text) == nil);
    }
    CHECK(CTMJsonRead(std::string(1000, '[')) == nil);
    CHECK(CTMJsonRead(std::string_view("1\0", 2)) == nil);
}

TEST(json_writes_what_foundation_has) {
    CHECK(!writes([NSDate date]));
    CHECK(!writes([NSArray arrayWithObject:[NSData data]]));
    CHECK(!writes([NSDictionary dictionaryWithObject:@"x" forKey:[NSNumber numberWithInt:1]]));
    CHECK(!writes([NSNumber numberWithDouble:HUGE_VAL]));
    std::string written;
    CHECK(CTMJsonWrite(written, [NSDecimalNumber decimalNumberWithString:@"12.50"]));
    CHECK(written == "12.5");
    NSMutableArray *deep = [NSMutableArray array];
    for (int i = 0; i < 100; ++i) {
        deep = [NSMutableArray arrayWithObject:deep];
    }
    CHECK(!writes(deep));
}
