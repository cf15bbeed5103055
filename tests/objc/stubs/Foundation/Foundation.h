// Foundation as far as it is used here. See ../README.md.
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define NS_ASSUME_NONNULL_BEGIN _Pragma("clang assume_nonnull begin")
#define NS_ASSUME_NONNULL_END _Pragma("clang assume_nonnull end")
#define NS_ENUM(type, name) \
    enum name : type name;  \
    enum name : type
#define NS_ERROR_ENUM(domain, name)                                      \
    enum __attribute__((ns_error_domain(domain))) name : NSInteger name; \
    enum name : NSInteger
#define NS_SWIFT_NAME(name) __attribute__((swift_name(#name)))
#define NS_SWIFT_NOTHROW __attribute__((swift_error(none)))
#define NS_NOESCAPE __attribute__((noescape))
#define NS_UNAVAILABLE __attribute__((unavailable))
#define NS_DESIGNATED_INITIALIZER __attribute__((objc_designated_initializer))
#define NS_RETURNS_RETAINED __attribute__((ns_returns_retained))

typedef signed char BOOL;
#define YES ((BOOL)1)
#define NO ((BOOL)0)
typedef struct objc_selector *SEL;
#define nil ((id)0)
typedef long NSInteger;
typedef unsigned long NSUInteger;
typedef double NSTimeInterval;
typedef unsigned short unichar;
typedef struct _NSZone NSZone;
#define NSNotFound ((NSInteger)0x7fffffffffffffffL)
typedef struct _NSRange {
    NSUInteger location;
    NSUInteger length;
} NSRange;
static inline NSRange NSMakeRange(NSUInteger location, NSUInteger length) {
    NSRange range = {location, length};
    return range;
}

NS_ASSUME_NONNULL_BEGIN
@class NSString, NSNumber, NSMutableDictionary;

@protocol NSObject
- (BOOL)isEqual:(id _Nullable)object;
- (BOOL)isKindOfClass:(Class)type;
- (BOOL)respondsToSelector:(SEL)selector;
@property(readonly, copy) NSString *description;
@end
@protocol NSCopying
- (id)copyWithZone:(NSZone *_Nullable)zone;
@end
__attribute__((objc_root_class))
@interface NSObject<NSObject>
+ (instancetype)alloc;
+ (instancetype)allocWithZone:(NSZone *_Nullable)zone;
- (instancetype)init NS_DESIGNATED_INITIALIZER;
+ (instancetype)new;
+ (Class)class;
- (void)dealloc;
- (id)copy;
- (id)mutableCopy;
@end

typedef NS_ENUM(NSUInteger, NSStringEncoding) { NSUTF8StringEncoding = 4 };
@class NSData;
@interface NSString : NSObject <NSCopying>
+ (instancetype _Nullable)stringWithUTF8String:(const char *)text;
+ (instancetype)stringWithFormat:(NSString *)format, ... __attribute__((format(__NSString__, 1, 2)));
- (instancetype _Nullable)initWithBytes:(const void *)bytes
                                 length:(NSUInteger)length
                               encoding:(NSStringEncoding)encoding;
- (NSData *_Nullable)dataUsingEncoding:(NSStringEncoding)encoding;
- (NSInteger)compare:(NSString *)other;
- (BOOL)isEqualToString:(NSString *)other;
@property(readonly) const char *UTF8String;
@property(readonly) NSUInteger length;
@end

@interface NSNumber : NSObject
+ (NSNumber *)numberWithBool:(BOOL)value;
+ (NSNumber *)numberWithInt:(int)value;
+ (NSNumber *)numberWithLongLong:(long long)value;
+ (NSNumber *)numberWithUnsignedLongLong:(unsigned long long)value;
+ (NSNumber *)numberWithDouble:(double)value;
- (NSString *)descriptionWithLocale:(id _Nullable)locale;
@property(readonly) BOOL boolValue;
@property(readonly) double doubleValue;
@property(readonly) long long longLongValue;
@property(readonly) unsigned long long unsignedLongLongValue;
@property(readonly) const char *objCType;
@end
@interface NSDecimalNumber : NSNumber
@end
@interface NSNull : NSObject
+ (NSNull *)null;
@end

typedef struct {
    unsigned long state;
    id __unsafe_unretained _Nullable *_Nullable itemsPtr;
    unsigned long *_Nullable mutationsPtr;
    unsigned long extra[5];
} NSFastEnumerationState;
@protocol NSFastEnumeration
- (NSUInteger)countByEnumeratingWithState:(NSFastEnumerationState *)state
                                  objects:(id __unsafe_unretained _Nullable[_Nonnull])buffer
                                    count:(NSUInteger)count;
@end
@interface NSArray<__covariant T> : NSObject <NSFastEnumeration>
+ (instancetype)arrayWithObjects:(const T _Nonnull[_Nullable])objects count:(NSUInteger)count;
+ (instancetype)arrayWithObjects:(T)first, ...;
- (T)objectAtIndex:(NSUInteger)index;
- (T)objectAtIndexedSubscript:(NSUInteger)index;
- (NSUInteger)indexOfObject:(T)object;
- (NSArray<T> *)sortedArrayUsingSelector:(SEL)compare;
@property(readonly) NSUInteger count;
@end
@interface NSMutableArray<T> : NSArray <T>
+ (instancetype)array;
- (void)addObject:(T)object;
- (void)removeObject:(T)object;
- (void)addObjectsFromArray:(NSArray<T> *)other;
@end
@interface NSDictionary<__covariant K, __covariant V> : NSObject
+ (instancetype)dictionary;
+ (instancetype)dictionaryWithObject:(V)object forKey:(K)key;
+ (instancetype)dictionaryWithObjects:(const V _Nonnull[_Nullable])objects
                              forKeys:(const K _Nonnull[_Nullable])keys
                                count:(NSUInteger)count;
- (V _Nullable)objectForKey:(K)key;
- (V _Nullable)objectForKeyedSubscript:(K)key;
@property(readonly, copy) NSArray<K> *allKeys;
@end
@interface NSMutableDictionary<K, V> : NSDictionary <K, V>
- (void)setObject:(V)object forKey:(K)key;
- (void)setObject:(V _Nullable)object forKeyedSubscript:(K)key;
- (void)removeObjectForKey:(K)key;
@end
@interface NSData : NSObject <NSCopying>
+ (instancetype)dataWithBytes:(const void *_Nullable)bytes length:(NSUInteger)length;
- (void)getBytes:(void *)buffer length:(NSUInteger)length;
@property(readonly) const void *bytes;
@property(readonly) NSUInteger length;
@end
@interface NSMutableData : NSData
+ (instancetype)dataWithLength:(NSUInteger)length;
- (void)resetBytesInRange:(NSRange)range;
@property(readonly) void *mutableBytes;
@end
@interface NSDate : NSObject
+ (instancetype)dateWithTimeIntervalSinceNow:(NSTimeInterval)seconds;
@end

extern NSString *const NSLocalizedDescriptionKey;
extern NSString *const NSLocalizedRecoverySuggestionErrorKey;
extern NSString *const NSUnderlyingErrorKey;
@interface NSError : NSObject
+ (instancetype)errorWithDomain:(NSString *)domain
                           code:(NSInteger)code
                       userInfo:(NSDictionary<NSString *, id> *_Nullable)information;
@property(readonly, copy) NSString *domain;
@property(readonly) NSInteger code;
@property(readonly, copy) NSDictionary<NSString *, id> *userInfo;
@property(readonly, copy) NSString *localizedDescription;
@end
@interface NSException : NSObject
@property(readonly, copy) NSString *name;
@property(readonly, copy) NSString *_Nullable reason;
@end
@interface NSThread : NSObject
@property(class, readonly) NSThread *currentThread;
@property(readonly) NSMutableDictionary *threadDictionary;
@end
extern void NSLog(NSString *format, ...) __attribute__((format(__NSString__, 1, 2)));
extern NSString *NSStringFromClass(Class type);

typedef NSString *NSNotificationName;
@interface NSNotification : NSObject
@property(readonly, copy) NSNotificationName name;
@property(readonly) id _Nullable object;
@end
@interface NSNotificationCenter : NSObject
@property(class, readonly) NSNotificationCenter *defaultCenter;
- (void)addObserver:(id)observer
           selector:(SEL)selector
               name:(NSNotificationName _Nullable)name
             object:(id _Nullable)object;
@end

extern NSString *const NSURLIsExcludedFromBackupKey;
@interface NSURL : NSObject
- (NSURL *)URLByAppendingPathComponent:(NSString *)part;
- (BOOL)setResourceValue:(id _Nullable)value
                  forKey:(NSString *)key
                   error:(NSError *_Nullable *_Nullable)error;
@property(readonly, copy) NSString *path;
@end
typedef NS_ENUM(NSUInteger, NSSearchPathDirectory) { NSApplicationSupportDirectory = 14 };
typedef NS_ENUM(NSUInteger, NSSearchPathDomainMask) { NSUserDomainMask = 1 };
@interface NSFileManager : NSObject
@property(class, readonly) NSFileManager *defaultManager;
- (BOOL)fileExistsAtPath:(NSString *)path;
- (NSURL *_Nullable)URLForDirectory:(NSSearchPathDirectory)directory
                           inDomain:(NSSearchPathDomainMask)domain
                  appropriateForURL:(NSURL *_Nullable)url
                             create:(BOOL)create
                              error:(NSError *_Nullable *_Nullable)error;
- (BOOL)createDirectoryAtURL:(NSURL *)url
    withIntermediateDirectories:(BOOL)between
                     attributes:(NSDictionary *_Nullable)attributes
                          error:(NSError *_Nullable *_Nullable)error;
@end
NS_ASSUME_NONNULL_END

// Foundation brings it along.
#import <dispatch/dispatch.h>
