#!/usr/bin/env python3
"""Noise_IK_25519_ChaChaPoly_BLAKE2b a second time, in Python on hashlib and PyNaCl, to make and check vectors.

    make_noise_vectors.py > noise_ik.json        writes the committed vectors
    make_noise_vectors.py --check FILE           recomputes the IK vectors of a file in the usual JSON form
"""
import hashlib
import hmac
import json
import sys

from nacl import bindings

NAME = b"Noise_IK_25519_ChaChaPoly_BLAKE2b"
EMPTY = b""


def digest(*parts):
    return hashlib.blake2b(b"".join(parts)).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.blake2b).digest()


def hkdf(chaining_key, material):
    extracted = mac(chaining_key, material)
    first = mac(extracted, b"\x01")
    return first, mac(extracted, first + b"\x02")


def public(secret):
    return bindings.crypto_scalarmult_base(secret)


def seal(key, nonce, associated, plaintext):
    return bindings.crypto_aead_chacha20poly1305_ietf_encrypt(
        plaintext, associated, bytes(4) + nonce.to_bytes(8, "little"), key)


class Symmetric:
    def __init__(self, prologue, responder_public):
        self.hash = NAME.ljust(64, b"\0")
        self.chaining_key = self.hash
        self.mix_hash(prologue)
        self.mix_hash(responder_public)

    def mix_hash(self, data):
        self.hash = digest(self.hash, data)
        return data

    def mix_key(self, secret, other_public):
        self.chaining_key, key = hkdf(self.chaining_key, bindings.crypto_scalarmult(secret, other_public))
        self.key, self.nonce = key[:32], 0

    def seal(self, plaintext):
        ciphertext = seal(self.key, self.nonce, self.hash, plaintext)
        self.nonce += 1
        return self.mix_hash(ciphertext)


def run(prologue, init_static, init_ephemeral, resp_static, resp_ephemeral, payloads):
    """The messages of a whole conversation, sides taking turns, and the handshake hash."""
    state = Symmetric(prologue, public(resp_static))
    first = state.mix_hash(public(init_ephemeral))
    state.mix_key(init_ephemeral, public(resp_static))
    first += state.seal(public(init_static))
    state.mix_key(init_static, public(resp_static))
    first += state.seal(payloads[0])

    second = state.mix_hash(public(resp_ephemeral))
    state.mix_key(resp_ephemeral, public(init_ephemeral))
    state.mix_key(resp_ephemeral, public(init_static))
    second += state.seal(payloads[1])

    keys = [key[:32] for key in hkdf(state.chaining_key, EMPTY)]
    messages = [first, second]
    for index, payload in enumerate(payloads[2:]):
        messages.append(seal(keys[index % 2], index // 2, EMPTY, payload))
    return messages, state.hash


def made_secret(name, index):
    return hashlib.sha256(f"cotmoc noise vector {index} {name}".encode()).digest()


def made_vector(index, prologue, payloads):
    secrets = [made_secret(n, index) for n in ("init_static", "init_ephemeral", "resp_static", "resp_ephemeral")]
    messages, handshake_hash = run(prologue, *secrets, payloads)
    init_static, init_ephemeral, resp_static, resp_ephemeral = secrets
    return {
        "protocol_name": NAME.decode(),
        "init_prologue": prologue.hex(), "init_static": init_static.hex(), "init_ephemeral": init_ephemeral.hex(),
        "init_remote_static": public(resp_static).hex(),
        "resp_prologue": prologue.hex(), "resp_static": resp_static.hex(), "resp_ephemeral": resp_ephemeral.hex(),
        "handshake_hash": handshake_hash.hex(),
        "messages": [{"payload": p.hex(), "ciphertext": c.hex()} for p, c in zip(payloads, messages)],
    }


def make():
    cases = [
        (b"", [b""] * 4),
        (b"cotmoc", [b"hello", b"welcome", b"a", b"", b"b" * 127, b"c" * 128, b"d" * 129]),
        (bytes(range(200)), [bytes(range(256)), b"\0" * 1000, b"last word of the initiator"]),
        (b"eleven messages", [bytes([n]) * n for n in range(11)]),
    ]
    vectors = [made_vector(index, *case) for index, case in enumerate(cases)]
    note = "made by make_noise_vectors.py; public vectors in this form may be put in its place"
    json.dump({"note": note, "vectors": vectors}, sys.stdout, indent=1)
    print()


def check(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)["vectors"]
    checked = 0
    for vector in vectors:
        if vector["protocol_name"].encode() != NAME:
            continue
        secrets = [bytes.fromhex(vector[n]) for n in ("init_static", "init_ephemeral", "resp_static", "resp_ephemeral")]
        payloads = [bytes.fromhex(m["payload"]) for m in vector["messages"]]
        messages, handshake_hash = run(bytes.fromhex(vector["init_prologue"]), *secrets, payloads)
        assert [m.hex() for m in messages] == [m["ciphertext"] for m in vector["messages"]], "messages differ"
        assert vector.get("handshake_hash") in (None, "", handshake_hash.hex()), "handshake hash differs"
        checked += 1
    assert checked, "no vector of this protocol in the file"
    print(f"{checked} checked, {len(vectors) - checked} skipped")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        check(sys.argv[2])
    else:
        make()
