// What cursors of records and of conflicts share.
#pragma once

#import "CTMCall.hpp"

NS_ASSUME_NONNULL_BEGIN

/// YES and the text in the call; NO at the end, and after a failure with an error.
BOOL CTMCursorNext(cotmoc_cursor* cursor, CTMCall& call, CTMErrorOut error, BOOL* at_end);

NS_ASSUME_NONNULL_END
