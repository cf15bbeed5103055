#import "CTMCursor.hpp"
#import "CTMJson.hpp"

namespace {

NSString *text_or_empty(NSDictionary *object, NSString *key) {
    NSString *text = [object objectForKey:key];
    return text != nil ? text : @"";
}

}  // namespace

@interface CTMConflictValue (CTMMaking)
- (instancetype)initWithObject:(NSDictionary *)object;
@end

@implementation CTMConflictValue

- (instancetype)initWithObject:(NSDictionary *)object {
    self = [super init];
    if (self != nil) {
        _object = CTM_RETAIN(object);
    }
    return self;
}

- (void)dealloc {
    CTM_RELEASE(_object);
    CTM_DEALLOC_SUPER;
}

- (id)value {
    id value = [_object objectForKey:@"value"];
    return value != nil ? value : [NSNull null];
}

- (NSString *)device {
    return text_or_empty(_object, @"device");
}

- (NSString *)deviceName {
    return text_or_empty(_object, @"name");
}

- (NSString *)writtenAt {
    return text_or_empty(_object, @"at");
}

- (BOOL)isShown {
    return [[_object objectForKey:@"shown"] boolValue];
}

- (NSDictionary *)dictionary {
    return _object;
}

@end

@implementation CTMConflict

- (instancetype)initWithObject:(NSDictionary *)object text:(NSString *)text record:(NSString *)identifier {
    self = [super init];
    if (self == nil) {
        return nil;
    }
    NSMutableDictionary *all = [object mutableCopy];
    if (identifier != nil) {
        [all setObject:identifier forKey:@"id"];
    }
    _object = all;
    _JSONText = [text copy];
    NSMutableArray *made = [[NSMutableArray alloc] init];
    NSArray *values = [object objectForKey:@"values"];
    for (NSUInteger i = 0; i < [values count]; ++i) {
        CTMConflictValue *value = [[CTMConflictValue alloc] initWithObject:[values objectAtIndex:i]];
        [made addObject:value];
        CTM_RELEASE(value);
    }
    _values = made;
    return self;
}

- (void)dealloc {
    CTM_RELEASE(_object);
    CTM_RELEASE(_JSONText);
    CTM_RELEASE(_values);
    CTM_DEALLOC_SUPER;
}

- (NSString *)recordIdentifier {
    return text_or_empty(_object, @"id");
}

- (NSString *)kind {
    return text_or_empty(_object, @"kind");
}

- (NSString *)field {
    return text_or_empty(_object, @"field");
}

- (NSString *)policy {
    return text_or_empty(_object, @"policy");
}

- (NSString *)why {
    return text_or_empty(_object, @"why");
}

- (NSArray *)values {
    return _values;
}

- (NSDictionary *)dictionary {
    return _object;
}

- (NSString *)JSONText {
    return _JSONText;
}

@end

@interface CTMConflictCursor (CTMMaking)
- (instancetype)initWithCore:(CTMCursorCore *)core;
@end

@implementation CTMConflictCursor

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

- (CTMConflict *)nextWithError:(NSError **)error {
    CTMCall call([_core language]);
    if (![_core readNext:call error:error]) {
        return nil;
    }
    NSString *unnamed = nil;
    CTMConflict *conflict = [[CTMConflict alloc] initWithObject:CTMJsonRead(call.text())
                                                           text:CTMStringOf(call.text())
                                                         record:unnamed];
    return CTM_AUTORELEASE(conflict);
}

@end

@interface CTMSoftConflictCursor (CTMMaking)
- (instancetype)initWithCore:(CTMCursorCore *)core;
@end

@implementation CTMSoftConflictCursor

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

- (NSDictionary *)nextWithError:(NSError **)error {
    CTMCall call([_core language]);
    return [_core readNext:call error:error] ? CTMJsonRead(call.text()) : nil;
}

@end

@implementation CTMReplica (CTMConflicts)

- (CTMConflictCursor *)conflictsOfQuery:(CTMQuery *)query error:(NSError **)error {
    CTMCursorCore *core = CTMCursorOf(self, query, cotmoc_conflict_cursor, error);
    return core != nil ? CTM_AUTORELEASE([[CTMConflictCursor alloc] initWithCore:core]) : nil;
}

- (NSArray *)conflictsOfRecord:(NSString *)identifier error:(NSError **)error {
    CTMCall call(_language);
    NSArray *objects = call.json(
        cotmoc_conflict_list(_handle, CTMUtf8(identifier), CTMCall::view, call.ctx(), call.error()), error);
    if (objects == nil) {
        return nil;
    }
    NSMutableArray *conflicts = [NSMutableArray array];
    for (NSUInteger i = 0; i < [objects count]; ++i) {
        NSString *unnamed = nil;
        CTMConflict *conflict = [[CTMConflict alloc] initWithObject:[objects objectAtIndex:i]
                                                               text:@""
                                                             record:unnamed];
        [conflicts addObject:conflict];
        CTM_RELEASE(conflict);
    }
    return conflicts;
}

- (NSArray *)softConflictsOfRecord:(NSString *)identifier error:(NSError **)error {
    CTMCall call(_language);
    return call.json(
        cotmoc_conflict_soft(_handle, CTMUtf8(identifier), CTMCall::view, call.ctx(), call.error()), error);
}

- (CTMSoftConflictCursor *)softConflictsOfQuery:(CTMQuery *)query error:(NSError **)error {
    CTMCursorCore *core = CTMCursorOf(self, query, cotmoc_conflict_soft_cursor, error);
    return core != nil ? CTM_AUTORELEASE([[CTMSoftConflictCursor alloc] initWithCore:core]) : nil;
}

- (BOOL)takeValue:(NSUInteger)number
         ofRecord:(NSString *)identifier
            field:(NSString *)field
            shown:(NSString *)shown
            error:(NSError **)error {
    CTMCall call(_language);
    // A number that does not fit is the number of no value.
    const uint32_t place = number > UINT32_MAX ? UINT32_MAX : static_cast<uint32_t>(number);
    return call.done(cotmoc_conflict_take(_handle, CTMUtf8(identifier), CTMUtf8(field), place, CTMUtf8(shown),
                                          call.error()),
                     error);
}

- (BOOL)settleRecord:(NSString *)identifier
               field:(NSString *)field
               value:(id)value
               shown:(NSString *)shown
               error:(NSError **)error {
    CTMCall call(_language);
    std::string text;
    return call.write(text, value, error) &&
           call.done(cotmoc_conflict_set(_handle, CTMUtf8(identifier), CTMUtf8(field), text.c_str(),
                                         CTMUtf8(shown), call.error()),
                     error);
}

- (BOOL)acknowledgeRecord:(NSString *)identifier
                    field:(NSString *)field
                    shown:(NSString *)shown
                    error:(NSError **)error {
    CTMCall call(_language);
    return call.done(cotmoc_conflict_acknowledge(_handle, CTMUtf8(identifier), CTMUtf8(field), CTMUtf8(shown),
                                                 call.error()),
                     error);
}

@end
