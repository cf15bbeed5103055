#pragma once

#import <UIKit/UIKit.h>

#import "FieldBook.h"

NS_ASSUME_NONNULL_BEGIN

/// What screens call, on the main thread.
@interface AppDelegate : UIResponder <UIApplicationDelegate>
/// Nil while nobody has typed the PIN.
@property(nonatomic, readonly) FieldBook *_Nullable book;
/// On a new phone. Then the screen shows the book's request and joins with the office's grant
/// (FieldBook+Phone.h).
- (BOOL)createDevice:(NSString *)name
          passphrase:(NSData *)passphrase
               error:(NSError *_Nullable *_Nullable)error;
/// When the person has typed the PIN.
- (BOOL)openWithPassphrase:(NSData *)passphrase error:(NSError *_Nullable *_Nullable)error;
/// The phone changes hands. The book is closed, also if it was not wiped then: CTMErrorUnsentWork.
- (void)wipeWithPassphrase:(NSData *)passphrase
          discardingUnsent:(BOOL)discard
                completion:(void (^)(NSError *_Nullable error))completion;
@end

NS_ASSUME_NONNULL_END
