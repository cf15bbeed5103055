// The native functions by their file, and callbacks that several of them give to the library.
#pragma once

#include "jni_support.hpp"

#include <vector>

namespace cotmoc::jni {

using Methods = std::vector<JNINativeMethod>;

Methods replica_methods();
Methods record_methods();
Methods query_methods();
Methods file_methods();
Methods sync_methods();

/// Callbacks over a vn.cotmoc.KeyStore. The ctx is the caller's until the library has taken them.
cotmoc_key_store key_store_callbacks(JNIEnv* env, jobject store, bool hardware, bool recovery);
/// Callbacks over a vn.cotmoc.Transport.
cotmoc_transport transport_callbacks(JNIEnv* env, jobject transport);

/// A cotmoc_text_fn for rows: its ctx is a Rows.
struct Rows {
    JNIEnv* env;
    jobject sink;
};
cotmoc_status give_row(void* ctx, const char* text, size_t size);

/// A query of its texts (see Native), freed when it goes.
class MadeQuery {
public:
    MadeQuery(Call& call, jobjectArray texts, jlong limit, jint flags);
    ~MadeQuery() { cotmoc_query_free(query_); }
    MadeQuery(const MadeQuery&) = delete;
    MadeQuery& operator=(const MadeQuery&) = delete;
    const cotmoc_query* get() const { return query_; }

private:
    void set(Call& call, jobjectArray texts, jlong limit, jint flags);

    cotmoc_query* query_ = nullptr;
};

/// Ends the native function if the call failed.
inline void need(Call& call, cotmoc_status status) {
    if (!call.note(status)) {
        throw Call::Stop();
    }
}

}  // namespace cotmoc::jni
