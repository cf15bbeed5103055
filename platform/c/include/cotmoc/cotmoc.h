// Everything of the C interface.
#pragma once

#include <cotmoc/attachment.h>
#include <cotmoc/base.h>
#include <cotmoc/bundle.h>
#include <cotmoc/conflict.h>
#include <cotmoc/device.h>
#include <cotmoc/observer.h>
#include <cotmoc/options.h>
#include <cotmoc/query.h>
#include <cotmoc/record.h>
#include <cotmoc/replica.h>
#include <cotmoc/serve.h>
#include <cotmoc/sync.h>
