// bundle.h
#include "handles.hpp"

#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/records/bundle_files.hpp>

using namespace cotmoc;
using namespace cotmoc::capi;

namespace {

cotmoc_status change_bundle(cotmoc_bundle* bundle, cotmoc_error* error,
                            const std::function<Result<void>(cotmoc_bundle&)>& change) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(bundle, "bundle"));
        return change(*bundle);
    });
}

Result<records::BundleFiles> write_bundle(OpenReplica& open, const cotmoc_bundle& bundle,
                                          const std::string& path, std::vector<DeviceId> readers,
                                          bool answer) {
    COTMOC_TRY(records::VolumeFiles::check_free(path));
    sync::Replica& replica = open.replica();
    sync::ReplicaPeers peers(replica);
    sync::BundleExport options{replica,
                               replica.keys().device,
                               open.random(),
                               peers,
                               std::move(readers),
                               bundle.everything,
                               bundle.volume_size.value_or(sync::bundle_volume_max),
                               answer};
    records::VolumeFiles files(path);
    COTMOC_ASSIGN(const sync::BundleWritten written, sync::export_bundle(options, files));
    return records::BundleFiles{written, files.names()};
}

/// What an import came to: its text, and the first volume that could not be taken in.
struct Imported {
    std::string text;
    std::optional<Error> problem;
};

Result<Imported> import_files(OpenReplica& open, const cotmoc_bundle& bundle) {
    sync::Replica& replica = open.replica();
    if (!replica.joined()) {
        return fail(ErrorCode::not_joined);
    }
    if (!bundle.answer.empty()) {
        COTMOC_TRY(records::VolumeFiles::check_free(bundle.answer));
    }
    system::allow_open_files(bundle.files.size());
    std::vector<std::unique_ptr<records::FileVolume>> volumes;
    std::vector<sync::VolumeSource*> sources;
    for (const std::string& file : bundle.files) {
        volumes.push_back(std::make_unique<records::FileVolume>(file));
        sources.push_back(volumes.back().get());
    }
    sync::ReplicaPeers peers(replica);
    const sync::BundleImport options{replica, replica.keys().device, peers, nullptr};
    COTMOC_ASSIGN(const sync::BundleRead read, sync::import_bundles(options, sources));
    const sync::SessionNotes notes = replica.notes();
    std::vector<DeviceId> writers = records::answer_readers(replica.trust(), replica.keys().device, read);
    std::optional<records::BundleFiles> answer;
    Imported imported;
    if (!bundle.answer.empty() && !writers.empty()) {
        auto written = write_bundle(open, bundle, bundle.answer, std::move(writers), true);
        if (written) {
            answer = std::move(*written);
        } else {
            imported.problem = written.error();  // what was taken in is told all the same
        }
    }
    imported.text = records::bundle_read_json(read, notes, answer ? &*answer : nullptr);
    if (!imported.problem && !read.problems.empty()) {
        imported.problem = read.problems.front();
    }
    return imported;
}

}  // namespace

cotmoc_status cotmoc_bundle_new(cotmoc_replica* replica, cotmoc_bundle** bundle,
                                cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(need(bundle, "bundle"));
        *bundle = nullptr;
        COTMOC_TRY(check(replica, "replica"));
        auto made = std::make_unique<cotmoc_bundle>();
        made->open = replica->open;
        *bundle = made.release();
        return {};
    });
}

void cotmoc_bundle_free(cotmoc_bundle* bundle) noexcept { release(bundle); }

cotmoc_status cotmoc_bundle_set_reader(cotmoc_bundle* bundle, const char* reader,
                                       cotmoc_error* error) noexcept {
    return change_bundle(bundle, error, [&](cotmoc_bundle& in) -> Result<void> {
        COTMOC_ASSIGN(in.reader, text_of(reader, "reader"));
        return {};
    });
}

cotmoc_status cotmoc_bundle_set_volume_size(cotmoc_bundle* bundle, uint64_t octets,
                                            cotmoc_error* error) noexcept {
    return change_bundle(bundle, error, [&](cotmoc_bundle& in) -> Result<void> {
        in.volume_size = octets;
        return {};
    });
}

cotmoc_status cotmoc_bundle_set_everything(cotmoc_bundle* bundle, int32_t everything,
                                           cotmoc_error* error) noexcept {
    return change_bundle(bundle, error, [&](cotmoc_bundle& in) -> Result<void> {
        in.everything = everything != 0;
        return {};
    });
}

cotmoc_status cotmoc_bundle_add_file(cotmoc_bundle* bundle, const char* path, cotmoc_error* error) noexcept {
    return change_bundle(bundle, error, [&](cotmoc_bundle& in) -> Result<void> {
        COTMOC_ASSIGN(std::string file, text_of(path, "path"));
        in.files.push_back(std::move(file));
        return {};
    });
}

cotmoc_status cotmoc_bundle_set_answer(cotmoc_bundle* bundle, const char* path,
                                       cotmoc_error* error) noexcept {
    return change_bundle(bundle, error, [&](cotmoc_bundle& in) -> Result<void> {
        COTMOC_ASSIGN(in.answer, text_of(path, "path"));
        return {};
    });
}

cotmoc_status cotmoc_bundle_export(cotmoc_bundle* bundle, const char* path, cotmoc_text_fn view, void* ctx,
                                   cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(bundle, "bundle"));
        COTMOC_ASSIGN(const std::string file, text_of(path, "path"));
        const std::shared_ptr<OpenReplica> open = bundle->open;
        const auto write = [&](OpenReplica& in) -> Result<std::string> {
            if (!in.replica().joined()) {
                return fail(ErrorCode::not_joined);
            }
            COTMOC_ASSIGN(std::vector<DeviceId> readers,
                          records::bundle_readers(in.replica().trust(), records::named_devices(in.replica()),
                                                  bundle->reader));
            COTMOC_ASSIGN(const records::BundleFiles written,
                          write_bundle(in, *bundle, file, std::move(readers), false));
            return records::bundle_written_json(written);
        };
        COTMOC_ASSIGN(const std::string text, with(*open, Access::exclusive, write));
        return give(view, ctx, text);
    });
}

cotmoc_status cotmoc_bundle_import(cotmoc_bundle* bundle, cotmoc_text_fn view, void* ctx,
                                   cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(bundle, "bundle"));
        if (bundle->files.empty()) {
            return fail(ErrorCode::wrong_usage, "no file was added");
        }
        const std::shared_ptr<OpenReplica> open = bundle->open;
        COTMOC_ASSIGN(const Imported imported, with(*open, Access::exclusive, [&](OpenReplica& in) {
                          return import_files(in, *bundle);
                      }));
        COTMOC_TRY(give(view, ctx, imported.text));
        return imported.problem ? Result<void>(tl::unexpected(*imported.problem)) : Result<void>();
    });
}

cotmoc_status cotmoc_bundle_inspect(const char* path, cotmoc_text_fn view, void* ctx,
                                    cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_ASSIGN(const std::string file, text_of(path, "path"));
        COTMOC_TRY(crypto::initialise());
        COTMOC_ASSIGN(const records::VolumeInfo info, records::inspect(file));
        return give(view, ctx, records::inspected_json(file, info));
    });
}
