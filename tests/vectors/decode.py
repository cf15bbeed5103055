#!/usr/bin/env python3
"""A second reader of envelopes, written from docs/spec/envelope.md and from no other code of the project.

decode.py envelope.json     checks every vector of the file; exit status 0 if all agree
decode.py < question.json   reads {"envelope", "epoch_key", "space", "epoch", "signing_key"} (hex; epoch a
                            number; signing_key may be absent), prints {"content", "hash"} or {"error"}
Needs libsodium and libzstd as shared libraries and the project's dictionaries, nothing else.
"""
import ctypes
import ctypes.util
import hashlib
import json
import pathlib
import sys


def load(name, soname):
    return ctypes.CDLL(ctypes.util.find_library(name) or soname)


SODIUM = load("sodium", "libsodium.so.23")
ZSTD = load("zstd", "libzstd.so.1")
SODIUM.sodium_init()
for function in (ZSTD.ZSTD_decompress_usingDict, ZSTD.ZSTD_findFrameCompressedSize):
    function.restype = ctypes.c_size_t
ZSTD.ZSTD_createDCtx.restype = ctypes.c_void_p

ENVELOPE_MAX = 1 << 20
INFLATED_MAX = 8 << 20
RATIO_MAX = 64
CHUNK = 65536
TAG = 16


class Refused(Exception):
    """The error's name, as in docs/errors.md."""


def require(condition, error):
    if not condition:
        raise Refused(error)


# --- encoding -------------------------------------------------------------------------------------
def number(octets):
    return int.from_bytes(octets, "little")


def labelled(label, parts):
    text = b"cotmoc/v1 " + label + b"\x00"
    for part in parts:
        text += len(part).to_bytes(8, "little") + part
    return text


def H(label, *parts):
    return hashlib.blake2b(labelled(label, parts), digest_size=32).digest()


def KDF64(key, label, *parts):
    return hashlib.blake2b(labelled(label, parts), digest_size=64, key=key).digest()


def signature_is_good(key, digest, signature):
    return SODIUM.crypto_sign_verify_detached(signature, digest, ctypes.c_ulonglong(len(digest)), key) == 0


def decrypt(key, nonce, sealed, associated):
    out = ctypes.create_string_buffer(max(1, len(sealed) - TAG))
    done = SODIUM.crypto_aead_xchacha20poly1305_ietf_decrypt(
        out, None, None, sealed, ctypes.c_ulonglong(len(sealed)),
        associated, ctypes.c_ulonglong(len(associated)), nonce, key)
    require(done == 0, "cannot_decrypt")
    return out.raw[:len(sealed) - TAG]


def padding_class(length):
    """Padmé, with 32 as the smallest class."""
    if length < 32:
        return 32
    floor_log = length.bit_length() - 1
    low_bits = floor_log - floor_log.bit_length()
    return -(-length >> low_bits) << low_bits


# --- the steps, in the order of the specification -------------------------------------------------
class Header:
    def __init__(self, octets):
        at = 0

        def take(size):
            nonlocal at
            at += size
            return octets[at - size:at]

        require(take(4) == b"CMC1", "bad_envelope")
        require(number(take(1)) == 1, "unsupported_version")   # format
        require(number(take(1)) == 1, "unsupported_version")   # type
        require(number(take(2)) == 1, "unsupported_version")   # suite
        require(number(take(4)) == 0, "unsupported_version")   # flags
        self.epoch = number(take(4))
        self.space, self.author = take(16), take(32)
        self.seq = number(take(8))
        self.previous, self.frontier = take(32), take(32)
        self.chunks, self.length = number(take(4)), number(take(4))
        self.salt, self.commitment = take(24), take(32)
        require(self.epoch >= 1, "bad_envelope")
        require(self.seq >= 1, "bad_envelope")
        require((self.previous == bytes(32)) == (self.seq == 1), "bad_envelope")
        require(self.length <= ENVELOPE_MAX, "limit_exceeded")
        self.text = self.length - TAG * self.chunks
        require(self.chunks >= 1 and self.text >= 5, "bad_envelope")
        require(self.chunks == (self.text + CHUNK - 1) // CHUNK, "bad_envelope")
        require(padding_class(self.text) == self.text, "bad_envelope")


def parse(envelope):
    require(len(envelope) <= ENVELOPE_MAX, "limit_exceeded")
    require(len(envelope) >= 264, "bad_envelope")
    header = Header(envelope[:200])
    require(len(envelope) == 264 + header.length, "bad_envelope")
    return header


def open_chunks(key, header, associated, ciphertext):
    text = b""
    for index in range(header.chunks):
        final = index == header.chunks - 1
        start = index * (CHUNK + TAG)
        sealed = ciphertext[start:] if final else ciphertext[start:start + CHUNK + TAG]
        text += decrypt(key, index.to_bytes(8, "little") + bytes([final]) + bytes(15), sealed, associated)
    return text


def frame_sizes(frame):
    """(content size, window size) of a frame header in one of the accepted forms."""
    require(len(frame) >= 5 and frame[:4] == bytes.fromhex("28b52ffd"), "bad_compression")
    descriptor = frame[4]
    require(descriptor & 0b00011111 == 0, "bad_compression")
    single = descriptor >> 5 & 1
    field = {0: single, 1: 2, 2: 4, 3: 8}[descriptor >> 6]
    require(field > 0, "bad_compression")
    start = 5 if single else 6
    require(len(frame) >= start + field, "bad_compression")
    size = number(frame[start:start + field]) + (256 if field == 2 else 0)
    if single:
        return size, size
    exponent, mantissa = frame[5] >> 3, frame[5] & 7
    base = 1 << (10 + exponent)
    return size, base + base // 8 * mantissa


def dictionary_named(name):
    folder = pathlib.Path(__file__).resolve().parents[2] / "crypto" / "dictionaries"
    for file in sorted(folder.glob("change_sets_*")):
        if H(b"dictionary", file.read_bytes()) == name:
            return file.read_bytes()
    raise Refused("unsupported_version")


def inflate(frame, dictionary=b""):
    size, window = frame_sizes(frame)
    require(size <= INFLATED_MAX and size <= RATIO_MAX * len(frame), "bad_compression")
    require(window <= INFLATED_MAX, "bad_compression")
    length = ZSTD.ZSTD_findFrameCompressedSize(frame, ctypes.c_size_t(len(frame)))
    require(length == len(frame), "bad_compression")
    out = ctypes.create_string_buffer(max(1, size))
    context = ctypes.c_void_p(ZSTD.ZSTD_createDCtx())
    made = ZSTD.ZSTD_decompress_usingDict(context, out, ctypes.c_size_t(size), frame, ctypes.c_size_t(len(frame)),
                                          dictionary, ctypes.c_size_t(len(dictionary)))
    ZSTD.ZSTD_freeDCtx(context)
    require(made == size, "bad_compression")
    return out.raw[:size]


def unpack(text):
    length = number(text[:4])
    require(1 <= length <= len(text) - 4, "bad_encoding")
    require(padding_class(4 + length) == len(text), "bad_encoding")
    require(not any(text[4 + length:]), "bad_encoding")
    compression, stored = text[4], text[5:4 + length]
    require(compression <= 2, "unsupported_version")
    if compression == 2:
        require(len(stored) >= 32, "bad_compression")
        return inflate(stored[32:], dictionary_named(stored[:32]))
    return stored if compression == 0 else inflate(stored)


def read(envelope, epoch_key, space, epoch, signing_key=None):
    """(content, hash), or Refused."""
    header = parse(envelope)
    head, ciphertext, signature = envelope[:200], envelope[200:-64], envelope[-64:]
    digest = H(b"entry", head, H(b"entry-ct", ciphertext))
    if signing_key is not None:
        require(signature_is_good(signing_key, digest, signature), "bad_signature")
    require(header.space == space and header.epoch == epoch, "wrong_commitment")
    derived = KDF64(epoch_key, b"entry-key", head[:168])
    require(derived[32:] == header.commitment, "wrong_commitment")
    return unpack(open_chunks(derived[:32], header, head, ciphertext)), digest


# --- the vector file ------------------------------------------------------------------------------
def edited(envelope, edits):
    octets = bytearray(envelope)
    for edit in edits:
        operation = edit["op"]
        if operation in ("xor", "set"):
            for i, value in enumerate(bytes.fromhex(edit["hex"]), edit["at"]):
                octets[i] = octets[i] ^ value if operation == "xor" else value
        elif operation == "swap":
            a, b, size = edit["a"], edit["b"], edit["size"]
            octets[a:a + size], octets[b:b + size] = octets[b:b + size], octets[a:a + size]
        elif operation == "cut":
            del octets[edit["to"]:]
        elif operation == "add":
            octets += bytes.fromhex(edit["hex"])
        elif operation == "zeros":
            octets += bytes(edit["count"])
        else:
            raise ValueError(operation)
    return bytes(octets)


def outcome(envelope, question):
    try:
        names = ("epoch_key", "space", "signing_key")
        value = {k: bytes.fromhex(question[k]) for k in names if k in question}
        content, digest = read(envelope, value["epoch_key"], value["space"], question["epoch"],
                               value.get("signing_key"))
        return {"content": content.hex(), "hash": digest.hex()}
    except Refused as refusal:
        return {"error": str(refusal)}


def check_worked_example(example):
    value = {k: bytes.fromhex(v) for k, v in example.items() if isinstance(v, str)}
    envelope = value["header"] + value["ciphertext"] + value["signature"]
    header = parse(envelope)
    epoch = example["epoch"].to_bytes(4, "little")
    derived = KDF64(value["epoch_key"], b"entry-key", envelope[:168])
    digest = H(b"entry", envelope[:200], H(b"entry-ct", value["ciphertext"]))
    return [
        value["device_id"] == H(b"device-id", value["signing_key"], value["agreement_key"]) == header.author,
        value["epoch_check"] == H(b"epoch-check", value["space"], epoch, value["epoch_key"]),
        value["frontier"] == H(b"frontier", b"") == header.frontier,
        derived == value["enc_key"] + value["commitment"],
        open_chunks(derived[:32], header, envelope[:200], value["ciphertext"]) == value["plaintext"],
        digest == value["entry_hash"],
        signature_is_good(value["signing_key"], digest, value["signature"]),
        check_wrap(value, epoch, {k: bytes.fromhex(v) for k, v in example["wrap"].items()}),
    ]


def check_wrap(value, epoch, wrap):
    shared = ctypes.create_string_buffer(32)
    if SODIUM.crypto_scalarmult(shared, value["agreement_seed"], wrap["ephemeral"]) != 0:
        return False
    secret = H(b"wrap-ss", shared.raw, wrap["ephemeral"], value["agreement_key"])
    derived = KDF64(secret, b"epoch-wrap", value["space"], epoch, value["device_id"])
    return (derived[32:] == wrap["commitment"] and
            decrypt(derived[:32], bytes(24), wrap["box"], wrap["commitment"]) == value["epoch_key"])


def check_file(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    faults = [] if all(check_worked_example(vectors["worked_example"])) else ["worked example"]
    by_name = {}
    for case in vectors["accepted"]:
        by_name[case["name"]] = bytes.fromhex(case["envelope"])
        got = outcome(by_name[case["name"]], {**vectors["keys"], **case})
        content = bytes.fromhex(got.get("content", ""))
        good = (got.get("hash") == case["hash"] and len(content) == case["size"] and
                H(b"content", content).hex() == case["content_hash"] and
                case.get("content", content.hex()) == content.hex())
        if not good:
            faults.append("%s: %s" % (case["name"], got.get("error", "another content")))
    for case in vectors["refused"]:
        base = bytes.fromhex(case["envelope"]) if "envelope" in case else by_name[case["base"]]
        got = outcome(edited(base, case.get("edits", [])), {**vectors["keys"], **case})
        if got != {"error": case["error"]}:
            faults.append("%s: %s, not %s" % (case["name"], got.get("error", "accepted"), case["error"]))
    for fault in faults:
        print(fault)
    counts = len(vectors["accepted"]), len(vectors["refused"]), len(faults)
    print("%d accepted, %d refused, %d faults" % counts)
    return not faults


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(0 if check_file(sys.argv[1]) else 1)
    asked = json.load(sys.stdin)
    print(json.dumps(outcome(bytes.fromhex(asked["envelope"]), asked)))
