"""Ed25519 (RFC 8032), keys and base64. It does not take constant time: use no key here that is to be kept secret."""

import base64
import hashlib
import re
from typing import Any

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def add(a: Point, b: Point) -> Point:
    """Add two points in extended coordinates."""
    c, d = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    e, f = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    return (d - c) * (f - e) % P, (f + e) * (d + c) % P, (f - e) * (f + e) % P, (d - c) * (d + c) % P


def times(scalar: int, point: Point) -> Point:
    """Multiply a point by a number."""
    total: Point = (0, 1, 1, 0)
    while scalar:
        total, point, scalar = add(total, point) if scalar & 1 else total, add(point, point), scalar >> 1
    return total


def same(a: Point, b: Point) -> bool:
    """Compare two points."""
    return not ((a[0] * b[2] - b[0] * a[2]) % P or (a[1] * b[2] - b[1] * a[2]) % P)


def decode(data: bytes) -> Point | None:
    """Read a point, or nothing where there is none."""
    y, sign = int.from_bytes(data, "little") & (2**255 - 1), data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
HEX, KEY = re.compile(r"[0-9A-Fa-f]{64}"), re.compile(r"[0-9a-f]{64}")


def read_key(text: Any) -> bytes | None:
    """Read a public key that is good for something: one of small order is not (WCP-8-106)."""
    point = decode(bytes.fromhex(text)) if isinstance(text, str) and HEX.fullmatch(text) else None
    return bytes.fromhex(text) if point and not same(times(8, point), (0, 1, 1, 0)) else None


def key_id(key: bytes) -> str:
    """Name a key (WCP-8-19)."""
    return f"ed25519:{hashlib.sha256(key).hexdigest()[:16]}"


def read_base64(text: Any) -> bytes | None:
    """Read canonical base64 (WCP-8-36)."""
    try:
        data = base64.b64decode(text, validate=True)
    except (TypeError, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None


def signed(key: bytes | None, message: bytes, signature: bytes | None) -> bool:
    """Say whether a signature is that of a key."""
    if key is None or signature is None or len(signature) != 64:
        return False
    scalar, point, own = int.from_bytes(signature[32:], "little"), decode(signature[:32]), decode(key)
    if scalar >= L or point is None or own is None:
        return False
    number = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    return same(times(scalar, BASE), add(point, times(number, own)))


def encode(point: Point) -> bytes:
    """Write a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def number(data: bytes) -> int:
    """Hash to a scalar."""
    return int.from_bytes(hashlib.sha512(data).digest(), "little") % L


def signer(seed_hex: Any) -> tuple[bytes, Any]:
    """Make the public key of a seed, and what signs with it (RFC 8032)."""
    digest = hashlib.sha512(bytes.fromhex(seed_hex)).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
    key = encode(times(scalar, BASE))

    def sign(message: bytes) -> bytes:
        nonce = number(digest[32:] + message)
        point = encode(times(nonce, BASE))
        return point + ((nonce + number(point + key + message) * scalar) % L).to_bytes(32, "little")

    return key, sign
