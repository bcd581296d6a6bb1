"""The proof that a call comes from our API: HMAC-SHA256 over function, caller and the bytes of the request.

The database keeps the key as its two padded halves (RFC 2104), see `private.verify_proof`.
"""

import hashlib
import hmac
from typing import Final

BLOCK_BYTES: Final = 64  # SHA-256's block, RFC 2104 section 2
INNER_PAD: Final = 0x36
OUTER_PAD: Final = 0x5C
ANONYMOUS: Final = "anon"
# Without a line break, so that no proof has the same HMAC.
PSEUDONYM: Final = "pseudonym of "
PSEUDONYM_DIGITS: Final = 16  # 64 bits: two callers share one by chance after some billions


def sign(secret: str, function: str, caller: str, request: str) -> str:
    """The hex proof for one call. `caller` is the JWT's subject, or ANONYMOUS for a call without a user."""
    message = f"{function}\n{caller}\n{request}".encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def pseudonym(secret: str, name: str) -> str:
    """What logs and reports hold instead of a caller's id or address: a keyed hash, so that nobody can try them all.

    `private.pseudonym()` makes the same.
    """
    digest = hmac.new(secret.encode(), f"{PSEUDONYM}{name}".encode(), hashlib.sha256)
    return digest.hexdigest()[:PSEUDONYM_DIGITS]


def padded_halves(secret: bytes) -> tuple[bytes, bytes]:
    """The key xor ipad and the key xor opad, 64 bytes each, as `private.proof_key` stores them."""
    key = hashlib.sha256(secret).digest() if len(secret) > BLOCK_BYTES else secret
    block = key.ljust(BLOCK_BYTES, b"\0")
    return bytes(byte ^ INNER_PAD for byte in block), bytes(byte ^ OUTER_PAD for byte in block)
