// attachment.h and bundle.h
#include "natives.hpp"

#include <algorithm>

namespace cotmoc::jni {
namespace {

constexpr std::size_t piece_max = 256 * 1024;

cotmoc_replica* replica_at(jlong pointer) { return at<cotmoc_replica>(pointer); }

cotmoc_status read_source(void* ctx, std::uint64_t offset, std::uint8_t* into, std::size_t capacity,
                          std::size_t* got) {
    const auto* source = static_cast<const Rows*>(ctx);
    JNIEnv* env = source->env;
    for (*got = 0; *got < capacity;) {
        const auto room = static_cast<jsize>(std::min(capacity - *got, piece_max));
        const Local<jbyteArray> array(env, env->NewByteArray(room));
        const jint came = array ? env->CallIntMethod(source->sink, java().source_read,
                                                     static_cast<jlong>(offset + *got), array.get())
                                : 0;
        if (env->ExceptionCheck() == JNI_TRUE) {
            return Call::thrown(env, COTMOC_CANNOT_READ_FILE);
        }
        if (came < 0 || came > room) {
            return COTMOC_WRONG_USAGE;
        }
        env->GetByteArrayRegion(array.get(), 0, came, reinterpret_cast<jbyte*>(into + *got));
        *got += static_cast<std::size_t>(came);
        if (came < room) {
            break;
        }
    }
    return COTMOC_OK;
}

jstring attach(Call& call, jlong replica, jstring id, jstring field, jstring name, jstring media_type,
               jobject source, jlong octets) {
    Rows from{call.env(), source};
    cotmoc_source callbacks{};
    callbacks.size = sizeof callbacks;
    callbacks.ctx = &from;
    callbacks.octets = static_cast<std::uint64_t>(octets);
    callbacks.read = &read_source;
    return call.text(cotmoc_attachment_add, replica_at(replica), call.in(id), call.in(field), call.in(name),
                     call.in(media_type), source != nullptr ? &callbacks : nullptr);
}

jstring attach_file(Call& call, jlong replica, jstring id, jstring field, jstring path) {
    return call.text(cotmoc_attachment_add_file, replica_at(replica), call.in(id), call.in(field),
                     call.in(path));
}

jstring list(Call& call, jlong replica, jstring id, jstring field) {
    return call.text(cotmoc_attachment_list, replica_at(replica), call.in(id), call.in(field));
}

cotmoc_status write_piece(void* ctx, const std::uint8_t* octets, std::size_t size) {
    const auto* to = static_cast<const Rows*>(ctx);
    JNIEnv* env = to->env;
    for (std::size_t at_octet = 0; at_octet < size; at_octet += piece_max) {
        const std::size_t piece = std::min(size - at_octet, piece_max);
        const Local<jbyteArray> array(env, new_octets(env, octets + at_octet, piece));
        if (array) {
            env->CallVoidMethod(to->sink, java().stream_write, array.get());
        }
        if (env->ExceptionCheck() == JNI_TRUE) {
            return Call::thrown(env, COTMOC_IO_ERROR);
        }
    }
    return COTMOC_OK;
}

void read(Call& call, jlong replica, jstring id, jstring field, jstring name, jobject stream) {
    Rows to{call.env(), stream};
    call.run(cotmoc_attachment_read, replica_at(replica), call.in(id), call.in(field), call.in(name),
             stream != nullptr ? &write_piece : nullptr, static_cast<void*>(&to));
}

void read_thumbnail(Call& call, jlong replica, jstring id, jstring field, jstring name, jobject stream) {
    Rows to{call.env(), stream};
    call.run(cotmoc_attachment_read_thumbnail, replica_at(replica), call.in(id), call.in(field),
             call.in(name), stream != nullptr ? &write_piece : nullptr, static_cast<void*>(&to));
}

void detach(Call& call, jlong replica, jstring id, jstring field, jstring name) {
    call.run(cotmoc_attachment_detach, replica_at(replica), call.in(id), call.in(field), call.in(name));
}

void save(Call& call, jlong replica, jstring id, jstring field, jstring name, jstring path) {
    call.run(cotmoc_attachment_save, replica_at(replica), call.in(id), call.in(field), call.in(name),
             call.in(path));
}

/// A bundle that is freed when it goes.
struct MadeBundle {
    cotmoc_bundle* get = nullptr;

    MadeBundle(Call& call, jlong replica) {
        need(call, cotmoc_bundle_new(replica_at(replica), &get, call.error()));
    }
    ~MadeBundle() { cotmoc_bundle_free(get); }
    MadeBundle(const MadeBundle&) = delete;
    MadeBundle& operator=(const MadeBundle&) = delete;
};

jstring bundle_export(Call& call, jlong replica, jstring path, jstring reader, jlong volume_size,
                      jboolean everything, jlong attachments_max) {
    const MadeBundle bundle(call, replica);
    if (const char* text = call.in(reader); text != nullptr) {
        need(call, cotmoc_bundle_set_reader(bundle.get, text, call.error()));
    }
    need(call,
         cotmoc_bundle_set_volume_size(bundle.get, static_cast<std::uint64_t>(volume_size), call.error()));
    need(call, cotmoc_bundle_set_everything(bundle.get, everything != JNI_FALSE ? 1 : 0, call.error()));
    if (attachments_max >= 0) {
        need(call, cotmoc_bundle_set_attachments(bundle.get, 1, static_cast<std::uint64_t>(attachments_max),
                                                 call.error()));
    }
    return call.text(cotmoc_bundle_export, bundle.get, call.in(path));
}

jstring bundle_import(Call& call, jlong replica, jobjectArray paths, jstring answer) {
    const MadeBundle bundle(call, replica);
    const jsize count = call.env()->GetArrayLength(paths);
    for (jsize i = 0; i < count; ++i) {
        need(call, cotmoc_bundle_add_file(bundle.get, call.in(paths, i), call.error()));
    }
    if (const char* text = call.in(answer); text != nullptr) {
        need(call, cotmoc_bundle_set_answer(bundle.get, text, call.error()));
    }
    return call.text(cotmoc_bundle_import, bundle.get);
}

jstring export_signed(Call& call, jlong replica, jstring path) {
    return call.text(cotmoc_replica_export_signed, replica_at(replica), call.in(path));
}

jstring verify_file(Call& call, jstring path, jstring root) {
    const char* file = call.in(path);
    return call.text(cotmoc_verify_file, file, call.in(root));
}

jstring bundle_inspect(Call& call, jstring path) { return call.text(cotmoc_bundle_inspect, call.in(path)); }

}  // namespace

Methods file_methods() {
    return {
        method<attach>("attach",
                       "(JLjava/lang/String;Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;"
                       "Lvn/cotmoc/AttachmentSource;J)Ljava/lang/String;"),
        method<attach_file>("attachFile",
                            "(JLjava/lang/String;Ljava/lang/String;Ljava/lang/String;)"
                            "Ljava/lang/String;"),
        method<list>("attachmentList", "(JLjava/lang/String;Ljava/lang/String;)Ljava/lang/String;"),
        method<read>("attachmentRead",
                     "(JLjava/lang/String;Ljava/lang/String;Ljava/lang/String;Ljava/io/OutputStream;)V"),
        method<read_thumbnail>(
            "thumbnailRead",
            "(JLjava/lang/String;Ljava/lang/String;Ljava/lang/String;Ljava/io/OutputStream;)V"),
        method<detach>("detach", "(JLjava/lang/String;Ljava/lang/String;Ljava/lang/String;)V"),
        method<save>("attachmentSave",
                     "(JLjava/lang/String;Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V"),
        method<bundle_export>("bundleExport", "(JLjava/lang/String;Ljava/lang/String;JZJ)Ljava/lang/String;"),
        method<export_signed>("exportSigned", "(JLjava/lang/String;)Ljava/lang/String;"),
        method<verify_file>("verifyFile", "(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;"),
        method<bundle_import>("bundleImport", "(J[Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;"),
        method<bundle_inspect>("bundleInspect", "(Ljava/lang/String;)Ljava/lang/String;"),
    };
}

}  // namespace cotmoc::jni
