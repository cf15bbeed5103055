#import "runner.h"

TEST(attachments) {
    NSError *error = nil;
    CTMReplica *replica = ctm_test_device(@"attachments");
    NSString *identifier = [replica addRecordOfKind:@"delegation"
                                             fields:ctm_test_fields(@"An")
                                              space:nil
                                              error:&error];
    NSMutableData *picture = [NSMutableData dataWithLength:200000];
    ((char *)[picture mutableBytes])[199999] = 'x';
    NSDictionary *made = [replica attachData:picture
                                        name:@"ảnh.png"
                                   mediaType:nil
                                    toRecord:identifier
                                       field:@"files"
                                       error:&error];
    CHECK([[made objectForKey:@"size"] integerValue] == 200000);
    CHECK([[made objectForKey:@"media_type"] isEqual:@"image/png"]);
    NSArray *listed = [replica attachmentsOfRecord:identifier field:@"files" error:&error];
    CHECK([listed count] == 1);
    CHECK([[[listed lastObject] objectForKey:@"name"] isEqual:@"ảnh.png"]);
    CHECK([[replica dataOfAttachment:nil ofRecord:identifier field:@"files" error:&error] isEqual:picture]);
    NSString *path = ctm_test_path(@"picture.png");
    CHECK([replica saveAttachment:@"ảnh.png" ofRecord:identifier field:@"files" toFile:path error:&error]);
    CHECK([[NSData dataWithContentsOfFile:path] isEqual:picture]);
    CHECK_FAILS(CTMErrorFileExists, [replica saveAttachment:nil
                                                   ofRecord:identifier
                                                      field:@"files"
                                                     toFile:path
                                                      error:&error]);
    CHECK_FAILS(CTMErrorUnknownAttachment, [replica dataOfAttachment:@"none"
                                                            ofRecord:identifier
                                                               field:@"files"
                                                               error:&error]);
    CHECK_FAILS(CTMErrorWrongShape, [replica attachFile:path toRecord:identifier field:@"head" error:&error]);
    CHECK([replica attachFile:path toRecord:identifier field:@"files" error:&error] != nil);
    CHECK([[replica attachmentsOfRecord:identifier field:@"files" error:&error] count] >= 1);
}

@interface ExportedRows : NSObject <CTMRowReader> {
@public
    int count;
}
@end

@implementation ExportedRows
- (BOOL)readRow:(NSDictionary *)row {
    count += [row objectForKey:@"fields"] != nil;
    return YES;
}
@end

TEST(files_leave_their_record_and_records_leave_the_replica) {
    NSError *error = nil;
    CTMReplica *replica = ctm_test_device(@"leaving");
    NSString *identifier = [replica addRecordOfKind:@"delegation"
                                             fields:ctm_test_fields(@"An")
                                              space:nil
                                              error:&error];
    CHECK([replica attachData:ctm_test_octets(@"x")
                         name:@"a.txt"
                    mediaType:nil
                     toRecord:identifier
                        field:@"files"
                        error:&error] != nil);
    CHECK_FAILS(CTMErrorUnknownAttachment, [replica thumbnailOfAttachment:nil
                                                                 ofRecord:identifier
                                                                    field:@"files"
                                                                    error:&error]);
    CTMSyncEngine *engine = [[[CTMSyncEngine alloc] initWithReplica:replica error:&error] autorelease];
    CHECK([engine wantAttachment:@"a.txt" ofRecord:identifier field:@"files" thumbnail:NO error:&error]);
    CHECK_FAILS(CTMErrorWrongUsage, [engine setPeer:@"" error:&error]);
    CHECK([engine setPeer:@"nobody@127.0.0.1:1" error:&error]);
    CHECK([replica detachAttachment:@"a.txt" fromRecord:identifier field:@"files" error:&error]);
    CHECK([[replica attachmentsOfRecord:identifier field:@"files" error:&error] count] == 0);
    ExportedRows *lines = [[[ExportedRows alloc] init] autorelease];
    CHECK([replica exportKind:@"delegation" space:nil reader:lines error:&error]);
    CHECK(lines->count == 1);
    CHECK_FAILS(CTMErrorUnknownKind, [replica exportKind:@"nothing" space:nil reader:lines error:&error]);
    CHECK_FAILS(CTMErrorUnknownChange, [replica releaseHash:@"abcdef" error:&error]);
}
