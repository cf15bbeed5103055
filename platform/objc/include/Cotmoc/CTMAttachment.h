// Files that records name. They are kept sealed beside the database and travel in pieces that survive a cut.
#pragma once

#import <Cotmoc/CTMReplica.h>

NS_ASSUME_NONNULL_BEGIN

@interface CTMReplica (CTMAttachments)
/// Attaches a file to a field of type attachments; gives the object of `attach --json`. CTMErrorWrongShape,
/// CTMErrorLimitExceeded above 2 GiB, CTMErrorCannotReadFile, and the errors of what changes a record.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)attachFile:(NSString *)path
                                               toRecord:(NSString *)identifier
                                                  field:(NSString *)field
                                                  error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(attach(file:toRecord:field:));
/// The same for octets in memory, such as a picture of the camera. `name` is what it is called in the record;
/// `mediaType` may be nil: by the name's ending.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)attachData:(NSData *)octets
                                                   name:(NSString *)name
                                              mediaType:(NSString *_Nullable)mediaType
                                               toRecord:(NSString *)identifier
                                                  field:(NSString *)field
                                                  error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(attach(_:name:mediaType:toRecord:field:));
/// A file's octets, for small ones; errors as of saveAttachment.
- (NSData *_Nullable)dataOfAttachment:(NSString *_Nullable)name
                             ofRecord:(NSString *)identifier
                                field:(NSString *)field
                                error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(attachment(_:ofRecord:field:));
/// {"attachment","name","size","media_type","held"} each, and "thumbnail" (octets) of what has one. What is
/// not held comes with a sync that carries attachments.
- (CTM_ARRAY(NSDictionary *) *_Nullable)attachmentsOfRecord:(NSString *)identifier
                                                      field:(NSString *)field
                                                      error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(attachments(ofRecord:field:));
/// Writes a file's octets to a new file, whole or not at all. `name` is its name or six digits of its id;
/// nil: the only one. CTMErrorUnknownAttachment, CTMErrorAttachmentNotHere, CTMErrorBadAttachment,
/// CTMErrorFileExists.
- (BOOL)saveAttachment:(NSString *_Nullable)name
              ofRecord:(NSString *)identifier
                 field:(NSString *)field
                toFile:(NSString *)path
                 error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(saveAttachment(_:ofRecord:field:toFile:));
/// A file's small picture. CTMErrorUnknownAttachment if it has none.
- (NSData *_Nullable)thumbnailOfAttachment:(NSString *_Nullable)name
                                  ofRecord:(NSString *)identifier
                                     field:(NSString *)field
                                     error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(thumbnail(_:ofRecord:field:));
/// Takes a file out of the record. CTMErrorUnknownAttachment, and the errors of what changes a record.
- (BOOL)detachAttachment:(NSString *_Nullable)name
              fromRecord:(NSString *)identifier
                   field:(NSString *)field
                   error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(detachAttachment(_:fromRecord:field:));
@end

NS_ASSUME_NONNULL_END
