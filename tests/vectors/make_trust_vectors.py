#!/usr/bin/env python3
"""The worked examples of docs/spec/trust.md and docs/spec/handshake.md, computed a second time from those texts.

    make_trust_vectors.py > trust.json

Uses hashlib and PyNaCl. A run of n octets a, a+1, a+2 ... stands for keys and for what would be random.
"""
import base64
import hashlib
import json
import struct
import sys

from nacl import bindings

import make_noise_vectors as noise

SUITE = 1
ISSUED_MS = 1_700_000_000_000
EXPIRES_MS = 1_800_000_000_000


def octets(first, count=32):
    return bytes((first + i) % 256 for i in range(count))


def framed(label, parts):
    framed_parts = b"".join(struct.pack("<Q", len(part)) + part for part in parts)
    return b"cotmoc/v1 " + label.encode() + b"\0" + framed_parts


def digest(label, *parts):
    return hashlib.blake2b(framed(label, parts), digest_size=32).digest()


def derive(key, label, *parts):
    out = hashlib.blake2b(framed(label, parts), digest_size=64, key=key).digest()
    return out[:32], out[32:]


def aead(key, nonce, associated, plaintext):
    return bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, associated, nonce, key)


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def blob(data):
    return varint(len(data)) + data


def u16(value):
    return struct.pack("<H", value)


def u32(value):
    return struct.pack("<I", value)


def u64(value):
    return struct.pack("<Q", value)


class SigningKey:
    def __init__(self, seed):
        self.public, self.secret = bindings.crypto_sign_seed_keypair(seed)

    def sign(self, message):
        return bindings.crypto_sign(message, self.secret)[:64]


class Feed:
    """Signed entries, each naming the hash of the one before."""

    def __init__(self):
        self.entries = []
        self.head = bytes(32)

    def signed_part(self, kind, body, signer):
        position = len(self.entries) + 1
        signed = b"CMT1" + bytes([1, kind]) + u16(SUITE) + u32(0) + u64(position) + self.head
        signed += u64(ISSUED_MS + position) + signer + u32(len(body)) + body
        self.head = digest("trust", signed)
        return signed

    def append(self, kind, body, signer):
        signed = self.signed_part(kind, body, signer.public)
        self.entries.append({"bytes": (signed + signer.sign(self.head)).hex(), "hash": self.head.hex()})

    def append_root(self, body, signers):
        signed = self.signed_part(1, body, bytes(32)) + bytes([len(signers)])
        for signer in sorted(signers, key=lambda each: each.public):
            signed += signer.public + signer.sign(self.head)
        self.entries.append({"bytes": signed.hex(), "hash": self.head.hex()})


def seal_text(key, space, epoch, label, associated, text, nonce):
    text_key, commitment = derive(key, "text-key", label.encode(), space, u32(epoch), nonce, associated)
    return commitment + nonce + aead(text_key, nonce, commitment, text)


def wrap(key, space, epoch, device, recipient, ephemeral):
    ephemeral_public = noise.public(ephemeral)
    shared = bindings.crypto_scalarmult(ephemeral, recipient)
    secret = digest("wrap-ss", shared, ephemeral_public, recipient)
    wrap_key, commitment = derive(secret, "epoch-wrap", space, u32(epoch), device)
    return ephemeral_public + commitment + aead(wrap_key, bytes(24), commitment, key)


def root_body(version, threshold, keys, issuers, recovery):
    body = u32(version) + u64(EXPIRES_MS) + bytes([threshold, len(keys)]) + b"".join(key.public for key in keys)
    body += bytes([len(issuers)])
    for key, last_position, spaces in issuers:  # no spaces: all of them
        body += key.public + bytes([not spaces]) + u64(last_position) + bytes([len(spaces)]) + b"".join(spaces)
    return body + recovery + b"\x01" + u16(SUITE)


def trust_vectors():
    root_key, issuer = SigningKey(octets(0x00)), SigningKey(octets(0x20))
    device_signing, device_agreement = SigningKey(octets(0x40)), noise.public(octets(0x60))
    device = digest("device-id", device_signing.public, device_agreement)
    feed = Feed()

    first_root = root_body(1, 1, [root_key], [(issuer, 0, [])], bytes(32))
    feed.append_root(first_root, [root_key])
    fingerprint = digest("root", first_root)
    directory = digest("space-id", fingerprint, b"")[:16]
    space = digest("space-id", fingerprint, b"kon-tum")[:16]

    directory_key, space_key = octets(0x80), octets(0xA0)
    for place, key in ((directory, directory_key), (space, space_key)):
        if place == space:
            name = blob(b"kon-tum") + blob("Toàn tỉnh".encode())
            sealed = seal_text(directory_key, directory, 1, "text space-name", fingerprint + space, name,
                               octets(0x10, 24))
            feed.append(2, b"\x01" + space + b"\x08" + blob(sealed), issuer)
        check = digest("epoch-check", place, u32(1), key)
        feed.append(3, place + u32(1) + check + blob(b"") + b"\x00", issuer)

    sealed = seal_text(directory_key, directory, 1, "text device-name", fingerprint + device, b"don-bo-y",
                       octets(0x30, 24))
    wraps = []
    for place, key, ephemeral in ((directory, directory_key, octets(0xC0)), (space, space_key, octets(0xE0))):
        wraps.append((place, place + u32(1) + wrap(key, place, 1, device, device_agreement, ephemeral)))
    enrol = device_signing.public + device_agreement + b"\x01" + b"\x00" + u64(ISSUED_MS) + u64(EXPIRES_MS)
    enrol += blob(sealed) + b"\x01" + space + bytes([len(wraps)]) + b"".join(w for _, w in sorted(wraps))
    feed.append(4, enrol, issuer)

    terms = u64(7) + octets(0x11) + b"\x01" + u64(9) + octets(0x12) + b"\xff"
    rights = device + b"\x02" + b"\x01" + b"\x01" + b"\x00" + u64(EXPIRES_MS) + b"\x00"
    feed.append(6, rights + b"\x01" + space + b"\x02" + terms + b"\x00", issuer)

    second_key, district = SigningKey(octets(0x08)), SigningKey(octets(0x18))
    issuers = [(issuer, 5, []), (district, 0, [space])]
    feed.append_root(root_body(2, 2, [root_key, second_key], issuers + [(SigningKey(octets(0x28)), 0, [])],
                               noise.public(octets(0x70))), [root_key, second_key])

    request = blob(b"don-bo-y") + device_signing.public + device_agreement + octets(0x50, 16)
    request += device_signing.sign(digest("enrolment-request", request))
    text = base64.urlsafe_b64encode(request).decode().rstrip("=")
    return {
        "root_fingerprint": fingerprint.hex(), "directory_id": directory.hex(), "space_id": space.hex(),
        "device_id": device.hex(), "entries": feed.entries, "request": "cotmoc-request-1 " + text,
    }


def handshake_vectors(fingerprint):
    prologue = blob(b"cotmoc/v1") + fingerprint + u16(SUITE) + u16(1)
    messages, handshake_hash = noise.run(prologue, octets(0x60), octets(0x61), octets(0x62), octets(0x63),
                                         [b"question", b"answer", b"first", b"second"])
    return {
        "prologue": prologue.hex(), "messages": [message.hex() for message in messages],
        "handshake_hash": handshake_hash.hex(),
    }


if __name__ == "__main__":
    trust = trust_vectors()
    handshake = handshake_vectors(bytes.fromhex(trust["root_fingerprint"]))
    json.dump({"trust": trust, "handshake": handshake}, sys.stdout, indent=1)
    print()
