// Blocks as the delegates that everything else is written with. Empty where the compiler has no blocks.
#import "CTMCall.hpp"

#if CTM_HAS_BLOCKS

@interface CTMBlockBatch : NSObject <CTMBatch> {
@public
    BOOL (^_work)(NSError **error);
}
@end

@implementation CTMBlockBatch
- (BOOL)performBatchWithError:(NSError **)error {
    return _work(error);
}
@end

@interface CTMBlockReader : NSObject <CTMRowReader> {
@public
    BOOL (^_read)(CTM_DICTIONARY(NSString *, id) * row);
}
@end

@implementation CTMBlockReader
- (BOOL)readRow:(NSDictionary *)row {
    return _read(row);
}
@end

@interface CTMBlockObserver : NSObject <CTMObserver> {
@public
    void (^_changed)(CTMChange *change);
}
@end

@implementation CTMBlockObserver
- (void)resultDidChange:(CTMChange *)change {
    _changed(change);
}
- (void)dealloc {
    CTM_RELEASE(_changed);
    CTM_DEALLOC_SUPER;
}
@end

namespace {

CTMBlockObserver *observer_of(void (^block)(CTMChange *)) {
    CTMBlockObserver *observer = [[CTMBlockObserver alloc] init];
    observer->_changed = [block copy];
    return CTM_AUTORELEASE(observer);
}

CTMBlockReader *reader_of(BOOL (^block)(CTM_DICTIONARY(NSString *, id) *)) {
    CTMBlockReader *reader = [[CTMBlockReader alloc] init];
    reader->_read = block;
    return CTM_AUTORELEASE(reader);
}

}  // namespace

@implementation CTMReplica (CTMBlocks)

- (BOOL)performBatchWithBlock:(BOOL(NS_NOESCAPE ^)(NSError **error))work error:(NSError **)error {
    CTMBlockBatch *batch = CTM_AUTORELEASE([[CTMBlockBatch alloc] init]);
    batch->_work = work;
    return [self performBatch:batch error:error];
}

- (BOOL)auditWithBlock:(BOOL(NS_NOESCAPE ^)(CTM_DICTIONARY(NSString *, id) * row))block
                 error:(NSError **)error {
    return [self auditWithReader:reader_of(block) error:error];
}

- (BOOL)exportKind:(NSString *)kind
             space:(NSString *)space
             block:(BOOL(NS_NOESCAPE ^)(CTM_DICTIONARY(NSString *, id) * row))block
             error:(NSError **)error {
    return [self exportKind:kind space:space reader:reader_of(block) error:error];
}

- (BOOL)runSQL:(NSString *)statement
         block:(BOOL(NS_NOESCAPE ^)(CTM_DICTIONARY(NSString *, id) * row))block
         error:(NSError **)error {
    return [self runSQL:statement reader:reader_of(block) error:error];
}

- (CTMSubscription *)observeQuery:(CTMQuery *)query
                            block:(void (^)(CTMChange *))block
                            error:(NSError **)error {
    return [self observeQuery:query observer:observer_of(block) error:error];
}

- (CTMSubscription *)observeRecord:(NSString *)identifier
                             block:(void (^)(CTMChange *))block
                             error:(NSError **)error {
    return [self observeRecord:identifier observer:observer_of(block) error:error];
}

@end

#endif
