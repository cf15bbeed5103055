// The methods that take a block, where the compiler has blocks. Each is the one that takes an object, with
// its rules.
#pragma once

#import <Cotmoc/CTMObserver.h>

#if CTM_HAS_BLOCKS

NS_ASSUME_NONNULL_BEGIN

@interface CTMReplica (CTMBlocks)
- (BOOL)performBatchWithBlock:(BOOL(NS_NOESCAPE ^)(NSError *_Nullable *_Nullable error))work
                        error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(performBatch(_:));
- (BOOL)auditWithBlock:(BOOL(NS_NOESCAPE ^)(CTM_DICTIONARY(NSString *, id) * row))block
                 error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(audit(_:));
- (BOOL)exportKind:(NSString *_Nullable)kind
             space:(NSString *_Nullable)space
             block:(BOOL(NS_NOESCAPE ^)(CTM_DICTIONARY(NSString *, id) * row))block
             error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(export(kind:space:_:));
- (BOOL)runSQL:(NSString *)statement
         block:(BOOL(NS_NOESCAPE ^)(CTM_DICTIONARY(NSString *, id) * row))block
         error:(NSError *_Nullable *_Nullable)error;
- (CTMSubscription *_Nullable)observeQuery:(CTMQuery *_Nullable)query
                                     block:(void (^)(CTMChange *change))block
                                     error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(observe(_:_:));
- (CTMSubscription *_Nullable)observeRecord:(NSString *)identifier
                                      block:(void (^)(CTMChange *change))block
                                      error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(observe(record:_:));
@end

NS_ASSUME_NONNULL_END

#endif
