// Plain Objective-C: GCC's C++ frames do not catch the exceptions of its Objective-C.
#import "CTMGuard.h"

id CTMCatch(void (*work)(void *context), void *context) {
    @try {
        work(context);
    } @catch (id thrown) {
        return thrown;
    }
    return nil;
}
