// bundle.h
#include "handles.hpp"

#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/records/bundle_work.hpp>

using namespace cotmoc;
using namespace cotmoc::capi;

namespace {

cotmoc_status change_bundle(cotmoc_bundle* bundle, cotmoc_error* error,
                            const std::function<Result<void>(BundleSettings&)>& change) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(bundle, "bundle"));
        return change(bundle->settings);
    });
}

/// What a stick brings of files is taken in within the limits of what others bring. An observer that looks at
/// files meanwhile has the same store: of one database only one is open.
class FilesForSticks {
public:
    explicit FilesForSticks(OpenReplica& open) : open_(open) {}
    ~FilesForSticks() { open_.close_files(); }
    FilesForSticks(const FilesForSticks&) = delete;
    FilesForSticks& operator=(const FilesForSticks&) = delete;

    Result<sync::AttachmentStore*> get() {
        COTMOC_ASSIGN(sync::AttachmentStore * files, open_.attachments_for_others());
        if (files != nullptr) {
            COTMOC_TRY(sync::follow_attachments(open_.replica(), *files));
        }
        return files;
    }
    records::BundleParty party(sync::BundlePeers& peers) {
        sync::Replica& replica = open_.replica();
        return {replica, replica.keys().device, open_.random(), peers, [this] { return get(); }};
    }

private:
    OpenReplica& open_;
};

records::BundleOrder order_of(const BundleSettings& bundle, const std::string& path) {
    return {path, bundle.everything, bundle.volume_size.value_or(sync::bundle_volume_max),
            bundle.attachments_max};
}

Result<records::BundleFiles> export_files(OpenReplica& open, const BundleSettings& bundle,
                                          const std::string& path) {
    sync::Replica& replica = open.replica();
    if (!replica.joined()) {
        return fail(ErrorCode::not_joined);
    }
    COTMOC_ASSIGN(std::vector<DeviceId> readers,
                  records::bundle_readers(replica.trust(), records::named_devices(replica), bundle.reader));
    sync::ReplicaPeers peers(replica);
    FilesForSticks files(open);
    return records::write_bundle(files.party(peers), order_of(bundle, path), std::move(readers));
}

/// What an import came to: its text, and the first volume that could not be taken in.
struct Imported {
    std::string text;
    std::optional<Error> problem;
};

Result<Imported> import_files(OpenReplica& open, const BundleSettings& bundle) {
    sync::Replica& replica = open.replica();
    if (!replica.joined()) {
        return fail(ErrorCode::not_joined);
    }
    if (!bundle.answer.empty()) {
        COTMOC_TRY(records::VolumeFiles::check_free(bundle.answer));
    }
    // Else what the last session met would be told again where no volume of records is read.
    COTMOC_TRY(replica.begin_session());
    sync::ReplicaPeers peers(replica);
    FilesForSticks files(open);
    const records::BundleParty reader = files.party(peers);
    COTMOC_ASSIGN(const records::BundleImported read, records::read_volumes(reader, bundle.files));
    const sync::SessionNotes notes = replica.notes();
    std::optional<records::BundleFiles> answer;
    Imported imported;
    if (!bundle.answer.empty()) {
        auto written = records::write_answer(reader, order_of(bundle, bundle.answer), read);
        if (written) {
            answer = std::move(*written);
        } else {
            imported.problem = written.error();  // what was taken in is told all the same
        }
    }
    imported.text = records::bundle_read_json(read.read, notes, answer ? &*answer : nullptr,
                                              read.attachments ? &*read.attachments : nullptr);
    if (!imported.problem && !read.read.problems.empty()) {
        imported.problem = read.read.problems.front();
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
    return change_bundle(bundle, error, [&](BundleSettings& in) -> Result<void> {
        COTMOC_ASSIGN(in.reader, text_of(reader, "reader"));
        return {};
    });
}

cotmoc_status cotmoc_bundle_set_volume_size(cotmoc_bundle* bundle, uint64_t octets,
                                            cotmoc_error* error) noexcept {
    return change_bundle(bundle, error, [&](BundleSettings& in) -> Result<void> {
        in.volume_size = octets;
        return {};
    });
}

cotmoc_status cotmoc_bundle_set_everything(cotmoc_bundle* bundle, int32_t everything,
                                           cotmoc_error* error) noexcept {
    return change_bundle(bundle, error, [&](BundleSettings& in) -> Result<void> {
        in.everything = everything != 0;
        return {};
    });
}

cotmoc_status cotmoc_bundle_set_attachments(cotmoc_bundle* bundle, int32_t attachments, uint64_t octets_max,
                                            cotmoc_error* error) noexcept {
    return change_bundle(bundle, error, [&](BundleSettings& in) -> Result<void> {
        in.attachments_max = attachments != 0 ? std::optional(octets_max) : std::nullopt;
        return {};
    });
}

cotmoc_status cotmoc_bundle_add_file(cotmoc_bundle* bundle, const char* path, cotmoc_error* error) noexcept {
    return change_bundle(bundle, error, [&](BundleSettings& in) -> Result<void> {
        COTMOC_ASSIGN(std::string file, text_of(path, "path"));
        in.files.push_back(std::move(file));
        return {};
    });
}

cotmoc_status cotmoc_bundle_set_answer(cotmoc_bundle* bundle, const char* path,
                                       cotmoc_error* error) noexcept {
    return change_bundle(bundle, error, [&](BundleSettings& in) -> Result<void> {
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
        const BundleSettings settings = bundle->settings;
        const auto write = [&](OpenReplica& in) -> Result<std::string> {
            COTMOC_ASSIGN(const records::BundleFiles written, export_files(in, settings, file));
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
        const std::shared_ptr<OpenReplica> open = bundle->open;
        const BundleSettings settings = bundle->settings;
        if (settings.files.empty()) {
            return fail(ErrorCode::wrong_usage, "no file was added");
        }
        COTMOC_ASSIGN(const Imported imported, with(*open, Access::exclusive, [&](OpenReplica& in) {
                          return import_files(in, settings);
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
