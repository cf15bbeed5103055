#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#ifdef __MINGW32__
// GCC frees a thread's variables there before it runs their destructors, which then write into freed memory.
#define DOCTEST_THREAD_LOCAL
#endif
#include <doctest/doctest.h>
