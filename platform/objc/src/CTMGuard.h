// Where Objective-C exceptions of delegates end: none of them may cross the C interface.
#pragma once

#import <Cotmoc/CTMDefines.h>

NS_ASSUME_NONNULL_BEGIN

/// Runs `work(context)`; what it threw, or nil. C++ exceptions pass.
CTM_EXTERN id _Nullable CTMCatch(void (*work)(void* context), void* context);

NS_ASSUME_NONNULL_END
