#import "CTMCursor.hpp"

#import "CTMHost.hpp"
#import "CTMRows.hpp"

@interface CTMCursorCore (CTMMaking)
- (instancetype)initWithReplica:(CTMReplica *)replica handle:(cotmoc_cursor *)handle;
@end

@implementation CTMCursorCore

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

- (NSString *)language {
    return [_replica ctm_language];
}

- (BOOL)atEnd {
    return _atEnd;
}

- (BOOL)readNext:(CTMCall &)call error:(CTMErrorOut)error {
    int32_t found = 0;
    if (!call.done(cotmoc_cursor_next(_handle, CTMCall::view, call.ctx(), &found, call.error()), error)) {
        return NO;
    }
    _atEnd = found == 0;
    return found != 0;
}

@end

CTMCursorCore *CTMCursorOf(CTMReplica *replica, CTMQuery *query, CTMOpenCursor open, CTMErrorOut error) {
    CTMCall call([replica ctm_language]);
    CTMQueryHandle made;
    if (query != nil && (made.handle = [query ctm_queryWithCall:call error:error]) == nullptr) {
        return nil;
    }
    cotmoc_cursor *handle = nullptr;
    if (!call.done(open([replica ctm_handle], made.handle, &handle, call.error()), error)) {
        return nil;
    }
    CTMCursorCore *core = [[CTMCursorCore alloc] initWithReplica:replica handle:handle];
    return CTM_AUTORELEASE(core);
}

@interface CTMCursor (CTMMaking)
- (instancetype)initWithCore:(CTMCursorCore *)core;
@end

@implementation CTMCursor

- (instancetype)initWithCore:(CTMCursorCore *)core {
    self = [super init];
    if (self != nil) {
        _core = CTM_RETAIN(core);
    }
    return self;
}

- (void)dealloc {
    CTM_RELEASE(_core);
    CTM_DEALLOC_SUPER;
}

- (BOOL)atEnd {
    return [_core atEnd];
}

- (CTMRecord *)nextWithError:(NSError **)error {
    CTMCall call([_core language]);
    if (![_core readNext:call error:error]) {
        return nil;
    }
    CTMRecord *record = [[CTMRecord alloc] initWithText:call.text()];
    return CTM_AUTORELEASE(record);
}

@end

@implementation CTMReplica (CTMQueries)

- (CTMCursor *)cursorOfQuery:(CTMQuery *)query error:(NSError **)error {
    CTMCursorCore *core = CTMCursorOf(self, query, cotmoc_cursor_open, error);
    return core != nil ? CTM_AUTORELEASE([[CTMCursor alloc] initWithCore:core]) : nil;
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
