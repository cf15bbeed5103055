// What cursors of records and of conflicts share.
#pragma once

#import "CTMCall.hpp"

NS_ASSUME_NONNULL_BEGIN

/// A cursor of the C interface, and the replica that it needs.
@interface CTMCursorCore : NSObject {
@private
    CTMReplica* _replica;
    struct cotmoc_cursor* _handle;
    BOOL _atEnd;
}
- (NSString* _Nullable)language;
- (BOOL)atEnd;
/// YES and the text in the call; NO at the end, and after a failure with an error.
- (BOOL)readNext:(CTMCall&)call error:(CTMErrorOut)error;
@end

/// cotmoc_cursor_open, cotmoc_conflict_cursor or cotmoc_conflict_soft_cursor.
typedef cotmoc_status (*CTMOpenCursor)(cotmoc_replica* replica, const cotmoc_query* query,
                                       cotmoc_cursor* _Nullable* _Nullable cursor, cotmoc_error* error);

/// nil with an error.
CTMCursorCore* _Nullable CTMCursorOf(CTMReplica* replica, CTMQuery* _Nullable query, CTMOpenCursor open,
                                     CTMErrorOut error);

NS_ASSUME_NONNULL_END
