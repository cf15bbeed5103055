#!/usr/bin/env python3
"""Writes ed25519_edge.json: signatures that RFC 8032 leaves open, with what this project accepts.

Acceptance is part of agreement: two replicas that differ on one signature differ for ever. Needs no library.
Run: make_ed25519_vectors.py > ed25519_edge.json
"""
import hashlib
import json

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1)


def recover_x(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT % P
    assert (x * x - square) % P == 0
    return P - x if x & 1 != sign else x


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    return ((x1 * y2 + x2 * y1) * pow(1 + t, P - 2, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, P - 2, P) % P)


def multiply(k, point):
    result = IDENTITY
    while k:
        if k & 1:
            result = add(result, point)
        point, k = add(point, point), k >> 1
    return result


def encode(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y)


def torsion_of_order_8():
    y = 2
    while True:
        try:
            point = multiply(L, (recover_x(y, 0), y))
        except AssertionError:
            point = IDENTITY
        if multiply(4, point) != IDENTITY:
            return point
        y += 1


def challenge(r, key, message):
    return int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L


def expand(seed):
    digest = hashlib.sha512(seed).digest()
    a = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return a, digest[32:]


def sign(seed, message):
    a, prefix = expand(seed)
    key = encode(multiply(a, BASE))
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L
    big_r = encode(multiply(r, BASE))
    s = (r + challenge(big_r, key, message) * a) % L
    return key, big_r, s


def scalar(s):
    return s.to_bytes(32, "little")


def message_for(big_r, key, order):
    """A message whose challenge is a multiple of the key's order: a lax verifier would accept S = 1."""
    for i in range(1000):
        message = i.to_bytes(32, "little")
        if challenge(big_r, key, message) % order == 0:
            return message
    raise AssertionError


def cases():
    seed, message = bytes(range(32)), bytes(range(0x40, 0x60))
    key, big_r, s = sign(seed, message)
    yield "valid", key, message, big_r + scalar(s), True
    yield "another message", key, bytes(32), big_r + scalar(s), False
    yield "S + L", key, message, big_r + scalar(s + L), False
    yield "S + 2 L", key, message, big_r + scalar(s + 2 * L), False
    yield "S with its top bit set", key, message, big_r + scalar(s | 1 << 255), False
    yield "S = L, a multiple of the order", key, message, big_r + scalar(L), False
    torsion = torsion_of_order_8()
    small = {}
    for i in range(8):
        point = multiply(i, torsion)
        small[encode(point)] = {0: 1, 4: 2, 2: 4, 6: 4}.get(i, 8)
    for y in (0, 1, P - 1):
        for sign_bit in (0, 1):
            for encoded in (y | sign_bit << 255, (y + P if y + P < 2**255 else y) | sign_bit << 255):
                small.setdefault(encoded.to_bytes(32, "little"), 4)
    base = encode(BASE)
    for small_key, order in sorted(small.items()):
        yield ("key of small order, R = B, S = 1", small_key, message_for(base, small_key, 8),
               base + scalar(1), False)
    a, _ = expand(seed)
    for small_r in sorted(small):
        s_of = challenge(small_r, key, message) * a % L
        yield "R of small order", key, message, small_r + scalar(s_of), False
    for y in (2, 3, 4, 18):
        yield ("key with a non-canonical y", (P + y).to_bytes(32, "little"), message, big_r + scalar(s),
               False)
    yield "R not on the curve", key, message, (2).to_bytes(32, "little") + scalar(s), False
    yield "all zero", bytes(32), bytes(32), bytes(64), False


print(json.dumps([dict(name=n, key=k.hex(), message=m.hex(), signature=s.hex(), accept=ok)
                  for n, k, m, s, ok in cases()], indent=1))
