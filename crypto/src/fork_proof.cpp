#include <cotmoc/crypto/fork_proof.hpp>

#include "envelope_header.hpp"
#include "labels.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/hash.hpp>

#include <algorithm>

namespace cotmoc::crypto {
namespace {

constexpr std::string_view magic = "CMF1";
constexpr std::uint8_t format_1 = 1;

struct Witness {
    EnvelopeHeader header;
    Bytes header_bytes;
    Hash256 ciphertext;
    Signature signature;
    Hash256 hash;
};

Hash256 entry_hash(const Witness& witness) {
    return hash(label::entry, {witness.header_bytes, witness.ciphertext.view()});
}

Result<Witness> witness_of(BytesView envelope) {
    Witness witness;
    COTMOC_ASSIGN(witness.header, parse_envelope(envelope));
    const BytesView header = header_of(envelope);
    witness.header_bytes.assign(header.begin(), header.end());
    witness.ciphertext = hash(label::entry_ciphertext, {ciphertext_of(envelope)});
    witness.signature = *Signature::from(envelope.last(envelope_signature_size));
    witness.hash = entry_hash(witness);
    return witness;
}

Result<Witness> read_witness(BinaryReader& reader) {
    Witness witness;
    const BytesView header = reader.raw(envelope_header_size);
    witness.header_bytes.assign(header.begin(), header.end());
    witness.ciphertext = reader.id<Hash256>();
    witness.signature = reader.id<Signature>();
    if (!reader.ok()) {
        return fail(ErrorCode::bad_encoding, "fork proof");
    }
    COTMOC_ASSIGN(witness.header, decode_header(witness.header_bytes));
    witness.hash = entry_hash(witness);
    return witness;
}

bool is_fork(const EnvelopeHeader& one, const EnvelopeHeader& other) {
    return one.author == other.author && one.space == other.space && one.seq == other.seq;
}

}  // namespace

Result<Bytes> make_fork_proof(BytesView one, BytesView other) {
    COTMOC_ASSIGN(Witness first, witness_of(one));
    COTMOC_ASSIGN(Witness second, witness_of(other));
    if (!is_fork(first.header, second.header) || first.hash == second.hash) {
        return fail(ErrorCode::bad_envelope, "no fork");
    }
    if (second.hash < first.hash) {
        std::swap(first, second);
    }
    BinaryWriter writer;
    writer.raw(as_bytes(magic));
    writer.u8(format_1);
    for (const Witness* witness : {&first, &second}) {
        writer.raw(witness->header_bytes);
        writer.id(witness->ciphertext);
        writer.id(witness->signature);
    }
    return writer.take();
}

Result<ForkProof> verify_fork_proof(BytesView proof, const DevicePublicKeys& author) {
    BinaryReader reader(proof);
    if (proof.size() != fork_proof_size || as_text(reader.raw(magic.size())) != magic ||
        reader.u8() != format_1) {
        return fail(ErrorCode::bad_encoding, "fork proof");
    }
    COTMOC_ASSIGN(const Witness first, read_witness(reader));
    COTMOC_ASSIGN(const Witness second, read_witness(reader));
    if (!is_fork(first.header, second.header) || !(first.hash < second.hash)) {
        return fail(ErrorCode::bad_envelope, "no fork");
    }
    if (first.header.author != author.id()) {
        return fail(ErrorCode::unknown_author, first.header.author.hex());
    }
    const bool both = verify(author.signing, first.hash, first.signature) &&
                      verify(author.signing, second.hash, second.signature);
    if (!both && !switched_off("fork-proof")) {
        return fail(ErrorCode::bad_signature, "fork proof");
    }
    return ForkProof{first.header.space, first.header.author, first.header.seq, first.hash, second.hash};
}

}  // namespace cotmoc::crypto
