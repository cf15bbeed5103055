// query.h: what is given row by row while the replica is being read.
#include "handles.hpp"

#include <cotmoc/records/audit_json.hpp>
#include <cotmoc/records/export_json.hpp>
#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/queries.hpp>

using namespace cotmoc;
using namespace cotmoc::capi;

namespace {

/// Hands rows to the host until it wants no more.
class Rows {
public:
    Rows(OpenReplica& open, cotmoc_text_fn row, void* ctx) : open_(open), row_(row), ctx_(ctx) {}
    /// False: no more.
    bool give(const std::string& text) {
        if (row_ == nullptr) {
            return true;
        }
        const OpenReplica::Inside inside(open_, Mode::closed_off);
        status_ = row_(ctx_, text.c_str(), text.size());
        return status_ == COTMOC_OK;
    }
    /// What the whole call came to.
    Result<void> end(Result<void> done) const {
        COTMOC_TRY(std::move(done));
        return status_ == COTMOC_STOP ? Result<void>() : from_host(status_, "the callback");
    }

private:
    OpenReplica& open_;
    cotmoc_text_fn row_;
    void* ctx_;
    cotmoc_status status_ = COTMOC_OK;
};

cotmoc_status export_rows(cotmoc_replica* replica, records::ExportFormat format, const char* kind,
                          const char* space, cotmoc_text_fn line, void* ctx, cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        return with(replica, Access::replica, [&](OpenReplica& open) -> Result<void> {
            records::ExportOrder order;
            order.format = format;
            COTMOC_ASSIGN(order.kind, optional_text(kind, "kind"));
            COTMOC_ASSIGN(order.space, optional_text(space, "space"));
            Rows rows(open, line, ctx);
            return rows.end(records::export_records(
                open.replica(), order, [&](const std::string& text) { return rows.give(text); }));
        });
    });
}

}  // namespace

cotmoc_status cotmoc_replica_sql(cotmoc_replica* replica, const char* statement, cotmoc_text_fn row,
                                 void* ctx, cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_ASSIGN(const std::string text, text_of(statement, "statement"));
        COTMOC_TRY(records::check_is_query(text));
        return with(replica, Access::replica, [&](OpenReplica& open) -> Result<void> {
            Rows rows(open, row, ctx);
            const auto each = [&](std::span<const std::string> names, std::span<const std::string> values) {
                records::JsonObject object;
                for (std::size_t i = 0; i < names.size(); ++i) {
                    object.raw(names[i], values[i]);
                }
                return rows.give(object.finish());
            };
            return rows.end(open.replica().store().sql(text, each));
        });
    });
}

cotmoc_status cotmoc_replica_report(cotmoc_replica* replica, const char* space, const char* from,
                                    const char* to, cotmoc_text_fn view, void* ctx,
                                    cotmoc_error* error) noexcept {
    return tell(replica, Access::replica, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::string name, text_of(space, "space"));
        COTMOC_ASSIGN(const std::string first, text_of(from, "from"));
        COTMOC_ASSIGN(const std::string last, text_of(to, "to"));
        COTMOC_ASSIGN(const core::ReportBuilder report,
                      records::report_of(open.replica(), name, {"from", first}, {"to", last}));
        return report.json();
    });
}

cotmoc_status cotmoc_replica_audit(cotmoc_replica* replica, cotmoc_text_fn line, void* ctx,
                                   cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        return with(replica, Access::replica, [&](OpenReplica& open) -> Result<void> {
            Rows rows(open, line, ctx);
            const auto each = [&](const sync::AuditLine& told) {
                return rows.give(records::audit_json(told));
            };
            return rows.end(open.replica().audit(each));
        });
    });
}

cotmoc_status cotmoc_replica_export(cotmoc_replica* replica, const char* kind, const char* space,
                                    cotmoc_text_fn line, void* ctx, cotmoc_error* error) noexcept {
    return export_rows(replica, records::ExportFormat::jsonl, kind, space, line, ctx, error);
}

cotmoc_status cotmoc_replica_export_csv(cotmoc_replica* replica, const char* kind, const char* space,
                                        cotmoc_text_fn row, void* ctx, cotmoc_error* error) noexcept {
    return export_rows(replica, records::ExportFormat::csv, kind, space, row, ctx, error);
}

cotmoc_status cotmoc_replica_export_signed(cotmoc_replica* replica, const char* path, cotmoc_text_fn view,
                                           void* ctx, cotmoc_error* error) noexcept {
    // A session of its own kind: what waits is sealed for it.
    return tell(replica, Access::exclusive, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::string file, text_of(path, "path"));
        COTMOC_ASSIGN(const std::uint64_t change_sets, records::export_signed(open.replica(), file));
        return records::signed_json(file, change_sets);
    });
}
