#!/usr/bin/env python3
"""Writes key_file.json: one key file of docs/spec/key_file.md with its passphrase. Needs PyNaCl."""
import json
import struct

from nacl import bindings

from envelope_writer import aead, h, kdf, span

PASSPHRASE = b"correct horse battery staple five"
ROOT = span(0x70, 32)


def key_file():
    seeds = span(0, 32) + span(0x20, 32) + span(0x60, 32)
    contents = b"\1" + seeds + b"\5aegis" + b"\1" + b"\4root" + b"\x20" + ROOT
    salt, nonce = span(0xA0, 16), span(0xC0, 24)
    passes, memory = 2, 19 << 20
    header = b"CMK1\1\1" + struct.pack("<QQ", passes, memory) + salt
    stretched = bindings.crypto_pwhash_alg(32, PASSPHRASE, salt, passes, memory,
                                           bindings.crypto_pwhash_ALG_ARGON2ID13)
    derived = kdf(stretched, "keyfile", 64, header)
    box = aead(derived[:32], nonce, contents, header)
    body = header + derived[32:] + nonce + struct.pack("<I", len(box)) + box
    return {"passphrase": PASSPHRASE.decode(), "stretched": stretched.hex(), "kek": derived[:32].hex(),
            "contents": contents.hex(), "signing_seed": span(0, 32).hex(),
            "agreement_seed": span(0x20, 32).hex(), "database_key": span(0x60, 32).hex(),
            "cipher": "aegis", "root": ROOT.hex(),
            "file": (body + h("keyfile-checksum", body)).hex()}


print(json.dumps(key_file(), indent=1))
