#!/usr/bin/env python3
"""Writes envelope.json: envelopes that a reader must accept, and ones that it must refuse, with the error.

envelope_writer.py is written from docs/spec/envelope.md, apart from the C++ code and from decode.py, so that
three programs have to agree. Run: make_envelope_vectors.py > envelope.json
"""
import json
import struct
import sys

from nacl import bindings

from envelope_writer import (AUTHOR, CHUNK, DICTIONARY, EPOCH_KEY, OTHER, SALT, SPACE, aead, block, digest_of, frame, h,
                             kdf, noise, payload, raw_block, resign, rle_block, seal, span, zeros_frame, zstd)


# --- the worked example: inputs of one envelope with every value in between -----------------------
def worked_example():
    plaintext = b"hello border district".ljust(64, b"\0")
    envelope = seal(plaintext)
    derived = kdf(EPOCH_KEY, "entry-key", 64, envelope[:168])
    ephemeral_secret = span(0x80, 32)
    ephemeral = bindings.crypto_scalarmult_base(ephemeral_secret)
    shared = bindings.crypto_scalarmult(ephemeral_secret, AUTHOR.agreement)
    wrap = kdf(h("wrap-ss", shared, ephemeral, AUTHOR.agreement), "epoch-wrap", 64, SPACE,
               struct.pack("<I", 7), AUTHOR.id)
    return {
        "signing_seed": span(0, 32), "signing_key": AUTHOR.public,
        "agreement_seed": span(0x20, 32), "agreement_key": AUTHOR.agreement, "device_id": AUTHOR.id,
        "epoch_key": EPOCH_KEY, "space": SPACE, "epoch": 7, "seq": 1, "salt": SALT,
        "epoch_check": h("epoch-check", SPACE, struct.pack("<I", 7), EPOCH_KEY),
        "frontier": h("frontier", b""), "plaintext": plaintext,
        "enc_key": derived[:32], "commitment": derived[32:], "header": envelope[:200],
        "ciphertext": envelope[200:-64], "entry_hash": digest_of(envelope), "signature": envelope[-64:],
        "wrap": {"ephemeral_seed": ephemeral_secret, "ephemeral": ephemeral, "commitment": wrap[32:],
                 "box": aead(wrap[:32], bytes(24), EPOCH_KEY, wrap[32:])},
    }


# --- what must be accepted ------------------------------------------------------------------------
def positives():
    text = b"".join(b"record %d: unchanged; " % i for i in range(120))
    listed = "UBND huyện Đắk Glei, outgoing, district, delegation".encode() * 2
    exact = frame(64 * 128, rle_block(64 * 128 - 112), raw_block(span(1, 112), True))
    assert len(exact) * 64 == 64 * 128
    windowed = frame(300, rle_block(200), raw_block(span(0, 100), True), descriptor=0x80, before_size=b"\x00")
    cases = [
        ("raw", 0, b"hello border district", None, {}),
        ("empty", 0, b"", None, {}),
        ("class-full", 0, span(0, 27), None, {}),
        ("class-one-over", 0, span(0, 28), None, {}),
        ("continues-a-feed", 0, b"second", None, {"seq": 2, "previous": span(0xE0, 32)}),
        ("last-numbers", 0, b"last", None,
         {"seq": 2**64 - 1, "previous": span(0xE0, 32), "epoch": 2**32 - 1}),
        ("zstd", 1, text, zstd(text), {}),
        ("dictionary", 2, listed, h("dictionary", DICTIONARY) + zstd(listed, DICTIONARY), {}),
        ("zstd-empty", 1, b"", zstd(b""), {}),
        ("zstd-ratio-64", 1, bytes(64 * 128 - 112) + span(1, 112), exact, {}),
        ("zstd-with-window", 1, bytes(200) + span(0, 100), windowed, {}),
        ("zstd-window-8-mib", 1, bytes(200) + span(0, 100),
         frame(300, rle_block(200), raw_block(span(0, 100), True), descriptor=0x80, before_size=b"\x68"), {}),
        ("one-full-chunk", 0, noise(CHUNK - 5, 1), None, {}),
        ("two-chunks", 0, noise(CHUNK + 700, 2), None, {}),
    ]
    for name, compression, content, stored, changes in cases:
        envelope = seal(payload(compression, content if stored is None else stored), **changes)
        yield name, content, envelope, changes


# --- what must be refused -------------------------------------------------------------------------
def negatives_of_form():
    """Made by the author, with a right signature: only the check named can refuse them."""
    plain = payload(0, b"hello border district")
    yield "magic of another format", seal(plain, magic=b"CMK1"), "bad_envelope"
    for value in (0, 2, 255):
        yield "format %d" % value, seal(plain, format=value), "unsupported_version"
        yield "type %d" % value, seal(plain, type=value), "unsupported_version"
    for value in (0, 2, 0x0100, 0xFFFF):
        yield "suite %d" % value, seal(plain, suite=value), "unsupported_version"
    for bit in range(32):
        yield "flag bit %d" % bit, seal(plain, flags=1 << bit), "unsupported_version"
    yield "epoch 0", seal(plain, epoch=0), "bad_envelope"
    yield "seq 0", seal(plain, seq=0), "bad_envelope"
    yield "seq 0 with a previous hash", seal(plain, seq=0, previous=span(1, 32)), "bad_envelope"
    yield "seq 1 with a previous hash", seal(plain, previous=span(1, 32)), "bad_envelope"
    yield "seq 2 without a previous hash", seal(plain, seq=2), "bad_envelope"
    for value in (0, 2, 17, 2**28 + 1, 2**32 - 1):
        yield "chunk count %d" % value, seal(plain, count=value), "bad_envelope"
    for value in (0, 15, 16, 47, 49, 64, 2**20):
        yield "ciphertext length %d" % value, seal(plain, length=value), "bad_envelope"
    for value in (2**20 + 1, 2**32 - 1):
        yield "ciphertext length %d" % value, seal(plain, length=value), "limit_exceeded"
    yield "no text at all", seal(b""), "bad_envelope"
    for size in (1, 4, 31, 33, 35, 63, 65, 1025):
        yield "plaintext of %d octets, no padding class" % size, seal(bytes(size)), "bad_envelope"
    yield "small chunks", seal(plain, chunk=16), "bad_envelope"


def negatives_of_keys():
    plain = payload(0, b"hello border district")
    yield "signed by another device", seal(plain, signer=OTHER), "bad_signature"
    yield "sealed under another key", seal(plain, key=span(0x41, 32)), "wrong_commitment"
    yield "commitment of zeros", seal(plain, commitment=bytes(32)), "wrong_commitment"
    yield "epoch of another key", seal(plain, epoch=8), "wrong_commitment"
    yield "space of another key", seal(plain, space=span(0xD1, 16)), "wrong_commitment"
    yield "no final flag", seal(plain, finals=[0]), "cannot_decrypt"
    yield "final flag 2", seal(plain, finals=[2]), "cannot_decrypt"


def negatives_of_payload():
    def case(name, plaintext, error="bad_encoding"):
        return name, seal(plaintext), error

    text = b"hello border district"
    yield case("the worked example is not a payload", text.ljust(64, b"\0"))
    yield case("true length 0", payload(0, text, true_length=0))
    yield case("true length beyond the end", payload(0, text, true_length=29))
    yield case("true length 2^32-1", payload(0, text, true_length=2**32 - 1))
    yield case("padded to a larger class", payload(0, text, total=64))
    yield case("true length of a smaller class", payload(0, span(1, 40), true_length=20))
    yield case("padding not zero", payload(0, text, filler=b"\1"))
    yield case("last octet of padding not zero", payload(0, text)[:-1] + b"\x80")
    yield case("true length one short", payload(0, text, true_length=len(text)))
    yield case("dictionary", payload(2, bytes(32) + text), "unsupported_version")
    name = h("dictionary", DICTIONARY)
    yield case("dictionary without its whole name", payload(2, name[:31]), "bad_compression")
    yield case("dictionary without a frame", payload(2, name), "bad_compression")
    yield case("frame with the dictionary's number", payload(2, name + zstd(text, DICTIONARY, dictionary_id=1)),
               "bad_compression")
    yield case("bomb with a dictionary", payload(2, name + zeros_frame(8 * 2**20, 8 * 2**20)), "bad_compression")
    for value in (3, 128, 255):
        yield case("compression %d" % value, payload(value, text), "unsupported_version")


def negatives_of_compression():
    def case(name, stored):
        return name, seal(payload(1, stored)), "bad_compression"

    text = b"record unchanged " * 20
    good = zstd(text)
    yield case("no frame", b"")
    yield case("not a frame", text[:40])
    yield case("frame cut in its header", good[:5])
    yield case("frame cut by one octet", good[:-1])
    yield case("an octet after the frame", good + b"\0")
    yield case("two frames", good + good)
    yield case("a skippable frame after the frame", good + struct.pack("<II", 0x184D2A50, 0))
    yield case("a skippable frame before the frame", struct.pack("<II", 0x184D2A50, 0) + good)
    yield case("size not declared", zstd(text, size=0))
    yield case("with a checksum", zstd(text, checksum=1))
    yield case("dictionary id", frame(5, raw_block(b"abcde", True), descriptor=0xA1, before_size=b"\0"))
    yield case("reserved bit", frame(5, raw_block(b"abcde", True), descriptor=0xA8))
    yield case("unused bit", frame(5, raw_block(b"abcde", True), descriptor=0xB0))
    yield case("reserved block type", frame(5, block(3, 5, b"abcde", True)))
    yield case("no last block", frame(5, raw_block(b"abcde")))
    yield case("declares one more than it holds", frame(6, raw_block(b"abcde", True)))
    yield case("declares one less than it holds", frame(4, raw_block(b"abcde", True)))
    yield case("window over 8 MiB", frame(5, raw_block(b"abcde", True), descriptor=0x80, before_size=b"\x69"))
    yield case("window of 2^41 octets",
               frame(5, raw_block(b"abcde", True), descriptor=0x80, before_size=b"\xf8"))
    yield case("bomb: 8 MiB of zeros", zeros_frame(8 * 2**20, 8 * 2**20))
    yield case("bomb that declares little", zeros_frame(64, 8 * 2**20))
    yield case("one over 64 to 1",
               frame(64 * 128 + 1, rle_block(64 * 128 - 111), raw_block(span(1, 112), True)))
    # With a window of its own: in a single segment the window would be over its limit too.
    yield case("one over 8 MiB", frame(8 * 2**20 + 1, *[rle_block(131072)] * 63, raw_block(bytes(131072)),
                                       raw_block(b"a", True), descriptor=0x80, before_size=b"\x68"))
    # The block's first octet is 73 too: who takes it for the missing size inflates without a fault.
    yield case("size not declared, 73 octets",
               struct.pack("<IBB", 0xFD2FB528, 0, 0) + raw_block(span(0, 73), True))
    for name, size in (("2^63", 2**63), ("2^64-1", 2**64 - 1)):
        yield case("declares %s octets" % name,
                   struct.pack("<IBQ", 0xFD2FB528, 0xE0, size) + raw_block(b"a", True))


def error_of_flip(at, envelope):
    """Which check refuses an envelope of seq 1 with one bit of octet `at` flipped, not signed again."""
    if at < 4 or 64 <= at < 72 or 72 <= at < 104 or 136 <= at < 144:
        return "bad_envelope"
    return "unsupported_version" if at < 12 else "bad_signature"


def flips(envelope):
    """Every octet of the header flipped; then those that parse, signed again by the author himself."""
    for at in range(200):
        bit = 1 << at % 8
        edit = [{"op": "xor", "at": at, "hex": "%02x" % bit}]
        if at in (142, 143):  # the length's high octets: over the limit, which is looked at before the count
            yield "flip of header octet %d" % at, edit, "limit_exceeded"
            continue
        yield "flip of header octet %d" % at, edit, error_of_flip(at, envelope)
        if error_of_flip(at, envelope) == "bad_signature":
            changed = bytearray(envelope)
            changed[at] ^= bit
            signature = AUTHOR.sign(digest_of(bytes(changed)))
            yield ("flip of header octet %d, signed again" % at,
                   edit + [{"op": "set", "at": len(envelope) - 64, "hex": signature.hex()}],
                   "wrong_commitment")
    for at in range(200, len(envelope)):
        edit = [{"op": "xor", "at": at, "hex": "%02x" % (1 << at % 8)}]
        yield "flip of octet %d" % at, edit, "bad_signature"
    for at in (200, len(envelope) - 64 - 17, len(envelope) - 64 - 16, len(envelope) - 65):
        changed = bytearray(envelope)
        changed[at] ^= 1
        yield ("flip of ciphertext octet %d, signed again" % at,
               [{"op": "xor", "at": at, "hex": "01"},
                {"op": "set", "at": len(envelope) - 64, "hex": AUTHOR.sign(digest_of(bytes(changed))).hex()}],
               "cannot_decrypt")


def cuts(envelope):
    n = len(envelope)
    for size in (0, 1, 4, 199, 200, 263, 264, n - 64, n - 1):
        yield "cut to %d octets" % size, [{"op": "cut", "to": size}], "bad_envelope"
    yield "an octet more", [{"op": "add", "hex": "00"}], "bad_envelope"
    yield "filled up to 1 MiB", [{"op": "zeros", "count": 2**20 - n}], "bad_envelope"
    yield "one octet over 1 MiB", [{"op": "zeros", "count": 2**20 + 1 - n}], "limit_exceeded"
    group_order = 2**252 + 27742317777372353535851937790883648493
    s = (int.from_bytes(envelope[-32:], "little") + group_order).to_bytes(32, "little")
    yield "signature with S + L", [{"op": "set", "at": n - 32, "hex": s.hex()}], "bad_signature"


def chunk_edits(envelope):
    """The two-chunk envelope with its chunks rearranged by the author, who signs the result."""
    def signed(changed, *edits):
        return list(edits) + [{"op": "set", "at": len(changed) - 64, "hex": resign(changed)[-64:].hex()}]

    first, second, n = 200, 200 + CHUNK + 16, len(envelope)
    size = n - 64 - second
    changed = bytearray(envelope)
    changed[first:first + size], changed[second:second + size] = envelope[second:second + size], envelope[
        first:first + size]
    yield ("starts of the chunks swapped",
           signed(bytes(changed), {"op": "swap", "a": first, "b": second, "size": size}))
    for name, at in (("tag of the first chunk", second - 1), ("tag of the last chunk", n - 65),
                     ("text of the last chunk", second)):
        changed = bytearray(envelope)
        changed[at] ^= 0x10
        yield name, signed(bytes(changed), {"op": "xor", "at": at, "hex": "10"})
    made = seal(payload(0, noise(CHUNK + 700, 2)), finals=[0, 0])
    assert made[:second] == envelope[:second]
    yield "final flag on no chunk", [{"op": "set", "at": second, "hex": made[second:].hex()}]


def text_of(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {k: text_of(v) for k, v in value.items()}
    return value


def main():
    key = {"signing_key": AUTHOR.public, "epoch_key": EPOCH_KEY, "space": SPACE, "epoch": 7}
    accepted, by_name = [], {}
    for name, content, envelope, changes in positives():
        entry = {"name": name, "envelope": envelope, "hash": digest_of(envelope), "size": len(content),
                 "content_hash": h("content", content)}
        if len(content) <= 4096:
            entry["content"] = content
        if "epoch" in changes:
            entry["epoch"] = changes["epoch"]
        accepted.append(entry)
        by_name[name] = envelope
    refused = []
    for cases in (negatives_of_form(), negatives_of_keys(), negatives_of_payload(),
                  negatives_of_compression()):
        refused += [{"name": n, "envelope": e, "error": error} for n, e, error in cases ]
    refused.append({"name": "asked with another signing key", "base": "raw", "edits": [],
                    "signing_key": OTHER.public, "error": "bad_signature"})
    refused.append({"name": "opened with another epoch key", "base": "raw", "edits": [],
                    "epoch_key": span(0x41, 32), "error": "wrong_commitment"})
    refused.append({"name": "opened as another epoch", "base": "raw", "edits": [], "epoch": 8,
                    "error": "wrong_commitment"})
    refused.append({"name": "opened as another space", "base": "raw", "edits": [], "space": span(0xD1, 16),
                    "error": "wrong_commitment"})
    chunk_cases = ((n, e, "cannot_decrypt") for n, e in chunk_edits(by_name["two-chunks"]))
    for base, cases in (("raw", flips(by_name["raw"])), ("raw", cuts(by_name["raw"])),
                        ("two-chunks", chunk_cases)):
        refused += [{"name": n, "base": base, "edits": e, "error": error} for n, e, error in cases]
    document = {"about": "made by make_envelope_vectors.py; read by decode.py and the unit tests",
                "keys": key, "worked_example": worked_example(), "accepted": accepted, "refused": refused}
    json.dump({k: [text_of(x) for x in v] if isinstance(v, list) else text_of(v)
               for k, v in document.items()}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
