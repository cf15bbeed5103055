// Everything of the Objective-C interface.
#pragma once

#import <Cotmoc/CTMAttachment.h>
#import <Cotmoc/CTMBlocks.h>
#import <Cotmoc/CTMBundle.h>
#import <Cotmoc/CTMConflict.h>
#import <Cotmoc/CTMDefines.h>
#import <Cotmoc/CTMDevice.h>
#import <Cotmoc/CTMErrorCode.h>
#import <Cotmoc/CTMErrors.h>
#import <Cotmoc/CTMExport.h>
#import <Cotmoc/CTMKeyStore.h>
#import <Cotmoc/CTMObserver.h>
#import <Cotmoc/CTMOptions.h>
#import <Cotmoc/CTMQuery.h>
#import <Cotmoc/CTMRecord.h>
#import <Cotmoc/CTMReplica.h>
#import <Cotmoc/CTMServer.h>
#import <Cotmoc/CTMSyncEngine.h>
#import <Cotmoc/CTMTransport.h>
