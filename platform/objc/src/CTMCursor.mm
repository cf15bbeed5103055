#import "CTMCursor.hpp"

#import "CTMHost.hpp"
#import "CTMRows.hpp"

BOOL CTMCursorNext(cotmoc_cursor *cursor, CTMCall &call, CTMErrorOut error, BOOL *at_end) {
    int32_t found = 0;
    if (!call.done(cotmoc_cursor_next(cursor, CTMCall::view, call.ctx(), &found, call.error()), error)) {
        return NO;
    }
    *at_end = found == 0;
    return found != 0;
}

@interface CTMCursor (CTMMaking)
- (instancetype)initWithReplica:(CTMReplica *)replica handle:(cotmoc_cursor *)handle;
@end

@implementation CTMCursor
@synthesize atEnd = _atEnd;

- (instancetype)initWithReplica:(CTMReplica *)replica handle:(cotmoc_cursor *)handle {
    self = [super init];
    if (self != nil) {
        _replica = CTM_RETAIN(replica);
        _handle = handle;
    }
    return self;
}

- (void)dealloc {
    cotmoc_cursor_free(_handle);
    CTM_RELEASE(_replica);
    CTM_DEALLOC_SUPER;
}

- (CTMRecord *)nextWithError:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    if (!CTMCursorNext(_handle, call, error, &_atEnd)) {
        return nil;
    }
    CTMRecord *record = [[CTMRecord alloc] initWithText:call.text()];
    return CTM_AUTORELEASE(record);
}

@end

@implementation CTMReplica (CTMQueries)

- (CTMCursor *)cursorOfQuery:(CTMQuery *)query error:(NSError **)error {
    CTMCall call(_language);
    CTMQueryHandle made;
    if (query != nil && (made.handle = [query ctm_queryWithCall:call error:error]) == nullptr) {
        return nil;
    }
    cotmoc_cursor *handle = nullptr;
    if (!call.done(cotmoc_cursor_open(_handle, made.handle, &handle, call.error()), error)) {
        return nil;
    }
    CTMCursor *cursor = [[CTMCursor alloc] initWithReplica:self handle:handle];
    return CTM_AUTORELEASE(cursor);
}

- (NSArray *)recordsOfQuery:(CTMQuery *)query error:(NSError **)error {
    CTMCursor *cursor = [self cursorOfQuery:query error:error];
    if (cursor == nil) {
        return nil;
    }
    NSMutableArray *records = [NSMutableArray array];
    for (CTMRecord *record = [cursor nextWithError:error]; record != nil;
         record = [cursor nextWithError:error]) {
        [records addObject:record];
    }
    return [cursor atEnd] ? records : nil;
}

- (BOOL)runSQL:(NSString *)statement reader:(id<CTMRowReader>)reader error:(NSError **)error {
    CTMCall call(_language);
    void *context = CTM_CONTEXT(reader);
    const cotmoc_status status =
        cotmoc_replica_sql(_handle, CTMUtf8(statement), CTMGiveRow, context, call.error());
    CTMDrop(context);
    return call.done(status, error);
}

@end
