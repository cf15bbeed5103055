#!/usr/bin/env python3
"""A sealed text that opens under two keys, as far as XChaCha20-Poly1305 is concerned (Len, Grubbs, Ristenpart,
"Partitioning Oracle Attacks", 2021). Only the commitment tells the keys apart.

    make_two_keys_vector.py > two_keys.json
"""
import hashlib
import json
import struct
import sys

PRIME = (1 << 130) - 5
LABEL = b"text catalogue"
SPACE = bytes(range(0xd0, 0xe0))
EPOCH = 7
NONCE = bytes(range(0x60, 0x78))
ASSOCIATED = b"root"
TEXT = b"hello border district, this much"


def derive(key, label, size, *parts):
    packed = b"cotmoc/v1 " + label + b"\0" + b"".join(struct.pack("<Q", len(part)) + part for part in parts)
    return hashlib.blake2b(packed, digest_size=size, key=key).digest()


def rounds(state):
    state = list(state)

    def quarter(a, b, c, d):
        for one, other, third, shift in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[one] = (state[one] + state[other]) & 0xffffffff
            mixed = state[third] ^ state[one]
            state[third] = ((mixed << shift) | (mixed >> (32 - shift))) & 0xffffffff

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return state


CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")


def block(key, counter, nonce):
    state = CONSTANTS + struct.unpack("<8I", key) + struct.unpack("<4I", struct.pack("<I", counter) + nonce)
    return struct.pack("<16I", *((a + b) & 0xffffffff for a, b in zip(rounds(state), state)))


def key_stream(key, nonce):
    """The Poly1305 key, and the first 64 octets that hide the text."""
    mixed = rounds(CONSTANTS + struct.unpack("<8I", key) + struct.unpack("<4I", nonce[:16]))
    subkey = struct.pack("<8I", *(mixed[:4] + mixed[12:]))
    short = bytes(4) + nonce[16:]
    return block(subkey, 0, short)[:32], block(subkey, 1, short)


def clamped(one_time_key):
    return int.from_bytes(one_time_key[:16], "little") & 0x0ffffffc0ffffffc0ffffffc0fffffff


def pad(data):
    return data + bytes(-len(data) % 16)


def accumulate(r, message):
    total = 0
    for i in range(0, len(message), 16):
        total = (total + int.from_bytes(message[i:i + 16] + b"\1", "little")) * r % PRIME
    return total


def tag(one_time_key, associated, ciphertext):
    lengths = struct.pack("<QQ", len(associated), len(ciphertext))
    total = accumulate(clamped(one_time_key), pad(associated) + pad(ciphertext) + lengths)
    return ((total + int.from_bytes(one_time_key[16:], "little")) % (1 << 128)).to_bytes(16, "little")


def collide(first, second, associated, prefix):
    """The block after `prefix` with which both keys make the same tag, if there is one."""
    ciphertext = prefix + bytes(16)
    lengths = struct.pack("<QQ", len(associated), len(ciphertext))
    message = pad(associated) + ciphertext + lengths
    r1, r2 = clamped(first), clamped(second)
    s1, s2 = (int.from_bytes(key[16:], "little") for key in (first, second))
    # The free block is the last but one: it is multiplied by r squared.
    factor = pow(r1 * r1 - r2 * r2, -1, PRIME)
    difference = accumulate(r2, message) - accumulate(r1, message) + s2 - s1
    for carry in range(-4, 5):
        free = (difference + carry * (1 << 128)) * factor % PRIME
        if free < 1 << 128:
            made = prefix + free.to_bytes(16, "little")
            if tag(first, associated, made) == tag(second, associated, made):
                return made
    return None


def main():
    parts = (LABEL, SPACE, struct.pack("<I", EPOCH), NONCE, ASSOCIATED)
    first_key = bytes(range(0x40, 0x60))
    first = derive(first_key, b"text-key", 64, *parts)
    one_time, stream = key_stream(first[:32], NONCE)
    prefix = bytes(a ^ b for a, b in zip(TEXT, stream))
    for attempt in range(1000):
        second_key = hashlib.blake2b(struct.pack("<I", attempt), digest_size=32).digest()
        second = derive(second_key, b"text-key", 64, *parts)
        other_one_time, _ = key_stream(second[:32], NONCE)
        ciphertext = collide(one_time, other_one_time, first[32:], prefix)
        if ciphertext:
            sealed = first[32:] + NONCE + ciphertext + tag(one_time, first[32:], ciphertext)
            json.dump({"label": LABEL.decode(), "space": SPACE.hex(), "epoch": EPOCH, "associated": ASSOCIATED.hex(),
                       "first_key": first_key.hex(), "second_key": second_key.hex(), "sealed": sealed.hex()},
                      sys.stdout, indent=1)
            print()
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
