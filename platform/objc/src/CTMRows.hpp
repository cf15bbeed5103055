// Rows of SQL and of the audit for a CTMRowReader.
#pragma once

#import "CTMCall.hpp"

NS_ASSUME_NONNULL_BEGIN

/// A cotmoc_text_fn whose ctx is an id<CTMRowReader>.
cotmoc_status CTMGiveRow(void* ctx, const char* text, size_t size);

NS_ASSUME_NONNULL_END
