#import "CTMRows.hpp"

#import "CTMHost.hpp"
#import "CTMJson.hpp"

cotmoc_status CTMGiveRow(void *ctx, const char *text, size_t size) {
    return CTMCallHost([=] {
        id row = CTMJsonRead(std::string_view(text, size));
        if (row == nil) {
            return static_cast<cotmoc_status>(COTMOC_INTERNAL);
        }
        return static_cast<cotmoc_status>([CTM_OBJECT(id<CTMRowReader>, ctx) readRow:row] ? COTMOC_OK
                                                                                          : COTMOC_STOP);
    });
}
