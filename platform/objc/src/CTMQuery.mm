#import "CTMCall.hpp"
#import "CTMJson.hpp"

@implementation CTMQuery
@synthesize kind = _kind;
@synthesize space = _space;
@synthesize words = _words;
@synthesize limit = _limit;
@synthesize includesDeleted = _includesDeleted;
@synthesize onlyConflicts = _onlyConflicts;

- (instancetype)init {
    NSString *all = nil;
    return [self initWithRecordKind:all];
}

- (instancetype)initWithRecordKind:(NSString *)kind {
    self = [super init];
    if (self != nil) {
        _kind = [kind copy];
        _conditions = [[NSMutableArray alloc] init];
    }
    return self;
}

- (void)dealloc {
    CTM_RELEASE(_kind);
    CTM_RELEASE(_space);
    CTM_RELEASE(_words);
    CTM_RELEASE(_conditions);
    CTM_DEALLOC_SUPER;
}

- (id)copyWithZone:(NSZone *)zone {
    CTMQuery *copy = [[CTMQuery allocWithZone:zone] initWithRecordKind:_kind];
    [copy setSpace:_space];
    [copy setWords:_words];
    [copy setLimit:_limit];
    [copy setIncludesDeleted:_includesDeleted];
    [copy setOnlyConflicts:_onlyConflicts];
    [copy->_conditions addObjectsFromArray:_conditions];
    return copy;
}

- (void)addConditionOnField:(NSString *)field value:(id)value {
    [_conditions addObject:[NSArray arrayWithObjects:field, value, nil]];
}

- (struct cotmoc_query *)ctm_queryWithCall:(CTMCall &)call error:(CTMErrorOut)error {
    CTMQueryHandle made;
    if (!call.done(cotmoc_query_new(&made.handle, call.error()), error)) {
        return nullptr;
    }
    cotmoc_query *query = made.handle;
    if ((_kind != nil && !call.done(cotmoc_query_set_kind(query, CTMUtf8(_kind), call.error()), error)) ||
        (_space != nil && !call.done(cotmoc_query_set_space(query, CTMUtf8(_space), call.error()), error)) ||
        (_words != nil && !call.done(cotmoc_query_set_words(query, CTMUtf8(_words), call.error()), error)) ||
        !call.done(cotmoc_query_set_limit(query, _limit, call.error()), error) ||
        !call.done(cotmoc_query_set_deleted(query, _includesDeleted ? 1 : 0, call.error()), error) ||
        !call.done(cotmoc_query_set_conflicts(query, _onlyConflicts ? 1 : 0, call.error()), error)) {
        return nullptr;
    }
    for (NSUInteger i = 0; i < [_conditions count]; ++i) {
        NSArray *condition = [_conditions objectAtIndex:i];
        std::string value;
        if (!call.write(value, [condition objectAtIndex:1], error) ||
            !call.done(cotmoc_query_add_condition(query, CTMUtf8([condition objectAtIndex:0]), value.c_str(),
                                                  call.error()),
                       error)) {
            return nullptr;
        }
    }
    made.handle = nullptr;
    return query;
}

@end
