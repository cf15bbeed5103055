#import "CTMCall.hpp"
#import "CTMJson.hpp"

@implementation CTMRecord

- (instancetype)initWithText:(const std::string &)text {
    self = [super init];
    if (self == nil) {
        return nil;
    }
    _object = CTM_RETAIN(CTMJsonRead(text));
    _JSONText = CTM_RETAIN(CTMStringOf(text));
    NSArray *conflicts = [_object objectForKey:@"conflicts"];
    NSMutableArray *made = [[NSMutableArray alloc] init];
    for (NSUInteger i = 0; i < [conflicts count]; ++i) {
        CTMConflict *conflict = [[CTMConflict alloc] initWithObject:[conflicts objectAtIndex:i]
                                                               text:@""
                                                             record:[_object objectForKey:@"id"]];
        [made addObject:conflict];
        CTM_RELEASE(conflict);
    }
    _conflicts = made;
    return self;
}

- (void)dealloc {
    CTM_RELEASE(_object);
    CTM_RELEASE(_JSONText);
    CTM_RELEASE(_conflicts);
    CTM_DEALLOC_SUPER;
}

- (NSString *)identifier {
    return [_object objectForKey:@"id"];
}

- (NSString *)kind {
    return [_object objectForKey:@"kind"];
}

- (NSString *)space {
    return [_object objectForKey:@"space"];
}

- (NSDictionary *)fields {
    return [_object objectForKey:@"fields"];
}

- (BOOL)isDeleted {
    return [[_object objectForKey:@"deleted"] boolValue];
}

- (NSArray *)conflicts {
    return _conflicts;
}

- (CTMRecordState)state {
    NSArray *names = [NSArray arrayWithObjects:@"local", @"sealed", @"hub", @"province", nil];
    const NSUInteger place = [names indexOfObject:[_object objectForKey:@"state"]];
    return static_cast<CTMRecordState>(place == NSNotFound ? NSUInteger{CTMRecordStateUnknown} : place);
}

- (NSDictionary *)versions {
    NSDictionary *versions = [_object objectForKey:@"versions"];
    return versions != nil ? versions : [NSDictionary dictionary];
}

- (NSDictionary *)dictionary {
    return _object;
}

- (NSString *)JSONText {
    return _JSONText;
}

- (id)objectForKeyedSubscript:(NSString *)field {
    return [[self fields] objectForKey:field];
}

- (NSString *)description {
    // No values: descriptions end in logs.
    return [NSString stringWithFormat:@"<CTMRecord %@ %@>", [self kind], [self identifier]];
}

@end
