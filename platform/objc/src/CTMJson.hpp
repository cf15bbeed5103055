// JSON texts of the C interface as Foundation objects and back. Not NSJSONSerialization: GNUstep's rounds
// whole numbers above 2^53, and a value of a field need not be an object or array.
#pragma once

#import <Cotmoc/CTMDefines.h>

#include <string>
#include <string_view>

/// nil if it is no JSON. Whole numbers become exact NSNumbers.
id _Nullable CTMJsonRead(std::string_view text);

/// Appends it; objects by sorted keys. False if there is something that JSON does not have.
bool CTMJsonWrite(std::string& out, id _Nullable value);
