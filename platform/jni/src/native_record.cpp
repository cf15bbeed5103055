// record.h and conflict.h
#include "natives.hpp"

namespace cotmoc::jni {
namespace {

cotmoc_replica* replica_at(jlong pointer) { return at<cotmoc_replica>(pointer); }

jstring add(Call& call, jlong replica, jstring kind, jstring space, jstring id, jstring fields) {
    return call.text(cotmoc_record_add, replica_at(replica), call.in(kind), call.in(space), call.in(id),
                     call.in(fields));
}

void remove(Call& call, jlong replica, jstring id) {
    call.run(cotmoc_record_delete, replica_at(replica), call.in(id));
}

/// Functions of a replica and one text.
template <auto Function>
jstring with_text(Call& call, jlong replica, jstring text) {
    return call.text(Function, replica_at(replica), call.in(text));
}

/// Functions of a replica and two texts.
template <auto Function>
jstring with_texts(Call& call, jlong replica, jstring first, jstring second) {
    return call.text(Function, replica_at(replica), call.in(first), call.in(second));
}

void take(Call& call, jlong replica, jstring id, jstring field, jint number, jstring shown) {
    call.run(cotmoc_conflict_take, replica_at(replica), call.in(id), call.in(field),
             static_cast<std::uint32_t>(number), call.in(shown));
}

void set(Call& call, jlong replica, jstring id, jstring field, jstring value, jstring shown) {
    call.run(cotmoc_conflict_set, replica_at(replica), call.in(id), call.in(field), call.in(value),
             call.in(shown));
}

void acknowledge(Call& call, jlong replica, jstring id, jstring field, jstring shown) {
    call.run(cotmoc_conflict_acknowledge, replica_at(replica), call.in(id), call.in(field), call.in(shown));
}

}  // namespace

Methods record_methods() {
    constexpr const char* one = "(JLjava/lang/String;)Ljava/lang/String;";
    constexpr const char* two = "(JLjava/lang/String;Ljava/lang/String;)Ljava/lang/String;";
    constexpr const char* three_done = "(JLjava/lang/String;Ljava/lang/String;Ljava/lang/String;)V";
    return {
        method<add>("recordAdd",
                    "(JLjava/lang/String;Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)"
                    "Ljava/lang/String;"),
        method<with_texts<cotmoc_record_edit>>("recordEdit", two),
        method<remove>("recordDelete", "(JLjava/lang/String;)V"),
        method<with_text<cotmoc_record_restore>>("recordRestore", one),
        method<with_text<cotmoc_record_import>>("recordImport", one),
        method<with_text<cotmoc_record_get>>("recordGet", one),
        method<with_text<cotmoc_record_versions>>("recordVersions", one),
        method<with_text<cotmoc_record_history>>("recordHistory", one),
        method<with_texts<cotmoc_record_revert>>("recordRevert", two),
        method<with_texts<cotmoc_record_merge>>("recordMerge", two),
        method<with_text<cotmoc_record_separate>>("recordSeparate", one),
        method<with_texts<cotmoc_record_duplicates>>("recordDuplicates", two),
        method<with_text<cotmoc_conflict_list>>("conflictList", one),
        method<with_text<cotmoc_conflict_soft>>("conflictSoft", one),
        method<take>("conflictTake", "(JLjava/lang/String;Ljava/lang/String;ILjava/lang/String;)V"),
        method<set>("conflictSet",
                    "(JLjava/lang/String;Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V"),
        method<acknowledge>("conflictAcknowledge", three_done),
    };
}

}  // namespace cotmoc::jni
