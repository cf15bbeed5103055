"""The writing side of docs/spec/envelope.md, for the generators of vectors. Needs PyNaCl and libzstd.so.1."""
import ctypes
import hashlib
import pathlib
import struct

from nacl import bindings

PREFIX = b"cotmoc/v1 "
MAGIC = b"CMC1"
CHUNK = 65536


# --- the primitives -------------------------------------------------------------------------------
def p(label, *parts):
    return PREFIX + label.encode() + b"\0" + b"".join(struct.pack("<Q", len(x)) + x for x in parts)


def h(label, *parts):
    return hashlib.blake2b(p(label, *parts), digest_size=32).digest()


def kdf(key, label, size, *parts):
    return hashlib.blake2b(p(label, *parts), digest_size=size, key=key).digest()


def aead(key, nonce, text, associated):
    return bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(text, associated, nonce, key)


def span(start, count):
    return bytes((start + i) & 255 for i in range(count))


def noise(count, seed):
    """Octets that do not compress."""
    blocks = (hashlib.blake2b(struct.pack("<QQ", seed, i)).digest() for i in range(count // 64 + 1))
    return b"".join(blocks)[:count]


# --- zstd -----------------------------------------------------------------------------------------
ZSTD = ctypes.CDLL("libzstd.so.1")
for name in ("ZSTD_createCCtx", "ZSTD_compressBound", "ZSTD_compress2", "ZSTD_CCtx_setParameter"):
    getattr(ZSTD, name).restype = ctypes.c_size_t
ZSTD.ZSTD_createCCtx.restype = ctypes.c_void_p
CONTENT_SIZE_FLAG, CHECKSUM_FLAG, DICTIONARY_ID_FLAG = 200, 201, 202
DICTIONARY = (pathlib.Path(__file__).resolve().parents[2] / "crypto" / "dictionaries" / "change_sets_1").read_bytes()


def zstd(content, dictionary=b"", **flags):
    context = ctypes.c_void_p(ZSTD.ZSTD_createCCtx())
    settings = ((CONTENT_SIZE_FLAG, flags.get("size", 1)), (CHECKSUM_FLAG, flags.get("checksum", 0)),
                (DICTIONARY_ID_FLAG, flags.get("dictionary_id", 0)))
    for number, value in settings:
        ZSTD.ZSTD_CCtx_setParameter(context, ctypes.c_int(number), ctypes.c_int(value))
    ZSTD.ZSTD_CCtx_loadDictionary(context, dictionary, ctypes.c_size_t(len(dictionary)))
    bound = ZSTD.ZSTD_compressBound(ctypes.c_size_t(len(content)))
    out = ctypes.create_string_buffer(bound)
    size = ZSTD.ZSTD_compress2(context, out, ctypes.c_size_t(bound), content, ctypes.c_size_t(len(content)))
    return out.raw[:size]


def block(kind, size, body, last=False):
    return struct.pack("<I", int(last) | kind << 1 | size << 3)[:3] + body


def raw_block(body, last=False):
    return block(0, len(body), body, last)


def rle_block(size, last=False):
    return block(1, size, b"\0", last)


def frame(declared, *blocks, descriptor=0xA0, before_size=b""):
    """A frame by hand: by default a single segment with a declared size of 4 octets."""
    header = struct.pack("<IB", 0xFD2FB528, descriptor) + before_size + struct.pack("<I", declared)
    return header + b"".join(blocks)


def zeros_frame(declared, size):
    """`size` zero octets in blocks of 128 KiB."""
    blocks = [rle_block(min(131072, size - at), at + 131072 >= size) for at in range(0, size, 131072)]
    return frame(declared, *blocks)


# --- the envelope ---------------------------------------------------------------------------------
def padded_length(length):
    length = max(length, 32)
    exponent = length.bit_length() - 1
    unit = 1 << (exponent - exponent.bit_length())
    return (length + unit - 1) // unit * unit


def payload(compression, stored, true_length=None, total=None, filler=b"\0"):
    body = struct.pack("<IB", 1 + len(stored) if true_length is None else true_length, compression) + stored
    total = padded_length(len(body)) if total is None else total
    return body + filler * (total - len(body))


class Author:
    def __init__(self, signing_seed, agreement_seed):
        self.public, self.secret = bindings.crypto_sign_seed_keypair(signing_seed)
        self.agreement = bindings.crypto_scalarmult_base(agreement_seed)
        self.id = h("device-id", self.public, self.agreement)

    def sign(self, digest):
        return bindings.crypto_sign(digest, self.secret)[:64]


AUTHOR = Author(span(0x00, 32), span(0x20, 32))
OTHER = Author(span(0x90, 32), span(0xB0, 32))
EPOCH_KEY = span(0x40, 32)
SALT = span(0x60, 24)
SPACE = span(0xD0, 16)


def header_fields(**changes):
    fields = dict(magic=MAGIC, format=1, type=1, suite=1, flags=0, epoch=7, space=SPACE, author=AUTHOR.id,
                  seq=1, previous=bytes(32), frontier=h("frontier", b""), count=None, length=None, salt=SALT)
    fields.update(changes)
    return fields


def pack_header(f):
    return (f["magic"] + struct.pack("<BBHII", f["format"], f["type"], f["suite"], f["flags"], f["epoch"]) +
            f["space"] + f["author"] + struct.pack("<Q", f["seq"]) + f["previous"] + f["frontier"] +
            struct.pack("<II", f["count"], f["length"]) + f["salt"])


def seal(plaintext, key=EPOCH_KEY, signer=AUTHOR, chunk=CHUNK, finals=None, commitment=None, **changes):
    """One envelope; every argument after the plaintext makes something another way than specified."""
    pieces = [plaintext[i:i + chunk] for i in range(0, len(plaintext), chunk)] or [b""]
    fields = header_fields(**changes)
    if fields["count"] is None:
        fields["count"] = len(pieces)
    if fields["length"] is None:
        fields["length"] = len(plaintext) + 16 * len(pieces)
    bound = pack_header(fields)
    derived = kdf(key, "entry-key", 64, bound)
    header = bound + (derived[32:] if commitment is None else commitment)
    sealed = []
    for i, piece in enumerate(pieces):
        final = (i + 1 == len(pieces)) if finals is None else finals[i]
        sealed.append(aead(derived[:32], struct.pack("<QB", i, final) + bytes(15), piece, header))
    ciphertext = b"".join(sealed)
    digest = h("entry", header, h("entry-ct", ciphertext))
    return header + ciphertext + signer.sign(digest)


def digest_of(envelope):
    return h("entry", envelope[:200], h("entry-ct", envelope[200:-64]))


def resign(envelope):
    return envelope[:-64] + AUTHOR.sign(digest_of(envelope))
