"""What timestamps are made of: DER, X.509 certificates, and signatures by RSA and ECDSA, for verifying alone."""

import base64
import hashlib
import re
from datetime import datetime, timezone
from typing import Any

from wcp_json import Json

Item = tuple[int, bytes, bytes]  # tag, content, and all of it
HASHES = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512"}
ECDSA = {"1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512"}
RSA = {"1.2.840.113549.1.1.11": "sha256", "1.2.840.113549.1.1.12": "sha384", "1.2.840.113549.1.1.13": "sha512",
       "1.2.840.113549.1.1.1": None}
DIGEST_INFO = {"sha256": "3031300d060960864801650304020105000420", "sha384": "3041300d060960864801650304020205000430",
               "sha512": "3051300d060960864801650304020305000440"}
# P-256: the prime, b, the base point and its order (FIPS 186-4).
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def read_all(data: bytes) -> list[Item]:
    """Read the items of a DER one after the other; ValueError where it is none."""
    items, at = [], 0
    while at < len(data):
        if len(data) < at + 2 or data[at] & 31 == 31:
            raise ValueError("not DER")
        size, start = data[at + 1], at + 2
        if size > 127:
            width = size & 127
            size, start = int.from_bytes(data[start:start + width], "big"), start + width
            if not 1 <= width <= 4 or size < 128 or size >> 8 * (width - 1) == 0:
                raise ValueError("not DER")
        if start + size > len(data):
            raise ValueError("not DER")
        items.append((data[at], data[start:start + size], data[at:start + size]))
        at = start + size
    return items


def read_one(data: bytes, tag: int = 0x30) -> list[Item]:
    """Read the items within a single one."""
    items = read_all(data)
    if len(items) != 1 or items[0][0] != tag:
        raise ValueError("not the form")
    return read_all(items[0][1])


def oid(item: Item) -> str:
    """Read an object identifier."""
    numbers, value = [], 0
    for byte in item[1]:
        value = value << 7 | byte & 127
        if byte < 128:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))


def time_of(item: Item) -> datetime:
    """Read a UTCTime or a GeneralizedTime."""
    text = item[1].decode("ascii")
    if item[0] == 0x17:
        text = ("19" if text[:2] >= "50" else "20") + text
    match = re.fullmatch(r"(\d{14})(\.\d+)?Z", text)
    if match is None or item[0] not in (0x17, 0x18):
        raise ValueError("not a time")
    whole = datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    return whole.replace(microsecond=int(float(match[2] or 0) * 1_000_000))


def read_certificate(der: bytes) -> Json:
    """Read a certificate (RFC 5280)."""
    body, algorithm, bits = read_one(der)
    fields = [item for item in read_all(body[1]) if item[0] != 0xA0]
    serial, _, issuer, validity, subject, key, *rest = fields
    begin, end = map(time_of, read_all(validity[1]))
    found: Json = {"der": der, "body": body[2], "serial": serial[1], "issuer": issuer[2], "subject": subject[2],
                   "key": key[2], "begin": begin, "end": end, "uses": None, "critical": False, "ca": False,
                   "algorithm": oid(read_all(algorithm[1])[0]), "signature": bits[1][1:]}
    for extension in [each for item in rest if item[0] == 0xA3 for each in read_one(item[1])]:
        name, *flags, value = read_all(extension[1])
        if oid(name) == "2.5.29.37":
            found |= {"uses": [oid(use) for use in read_one(value[1])], "critical": bool(flags) and flags[0][1] != b"\0"}
        if oid(name) == "2.5.29.19":
            found["ca"] = any(item[0] == 1 and item[1] != b"\0" for item in read_one(value[1]))
    return found


def read_pem(text: Any) -> list[Json]:
    """Read the certificates of a PEM; what is none is left out."""
    found = []
    for body in re.findall("-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----", str(text)):
        try:
            found.append(read_certificate(base64.b64decode(body)))
        except (ValueError, IndexError):
            continue
    return found


def verified(certificate: Json, algorithm: str, hashed: str | None, data: bytes, signature: bytes) -> bool:
    """Verify a signature by the key of a certificate; `hashed` counts where the algorithm names no hash."""
    kind, key = read_one(certificate["key"])
    name = ECDSA.get(algorithm) or RSA.get(algorithm) or hashed
    if name is None:
        return False
    digest = hashlib.new(name, data).digest()
    if algorithm in ECDSA and [oid(item) for item in read_all(kind[1])] == ["1.2.840.10045.2.1", "1.2.840.10045.3.1.7"]:
        return verify_ecdsa(key[1][1:], digest, signature)
    if algorithm in RSA and oid(read_all(kind[1])[0]) == "1.2.840.113549.1.1.1":
        modulus, exponent = (int.from_bytes(item[1], "big") for item in read_one(key[1][1:]))
        return verify_rsa(modulus, exponent, bytes.fromhex(DIGEST_INFO[name]) + digest, signature)
    return False


def verify_rsa(modulus: int, exponent: int, info: bytes, signature: bytes) -> bool:
    """Verify a signature of PKCS #1 v1.5."""
    size = (modulus.bit_length() + 7) // 8
    value = int.from_bytes(signature, "big")
    if len(signature) != size or value >= modulus or size < len(info) + 11:
        return False
    padded = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    return pow(value, exponent, modulus).to_bytes(size, "big") == padded


def add(one: Any, other: Any) -> Any:
    """Add two points of P-256; nothing is the point at infinity."""
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % P == 0:
        return None
    slope = ((3 * one[0] ** 2 - 3) * pow(2 * one[1], -1, P) if one == other
             else (other[1] - one[1]) * pow(other[0] - one[0], -1, P))
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(scalar: int, point: Any) -> Any:
    """Multiply a point by a number."""
    total = None
    while scalar:
        total, point, scalar = add(total, point) if scalar & 1 else total, add(point, point), scalar >> 1
    return total


def verify_ecdsa(key: bytes, digest: bytes, signature: bytes) -> bool:
    """Verify a signature by a key of P-256."""
    r, s = (int.from_bytes(item[1], "big") for item in read_one(signature))
    point = int.from_bytes(key[1:33], "big"), int.from_bytes(key[33:], "big")
    on_curve = (point[1] ** 2 - point[0] ** 3 + 3 * point[0] - B) % P == 0 and max(point) < P
    if len(key) != 65 or key[0] != 4 or not on_curve or not (0 < r < N and 0 < s < N):
        return False
    inverse, value = pow(s, -1, N), int.from_bytes(digest[:32], "big")
    found = add(times(value * inverse % N, G), times(r * inverse % N, point))
    return found is not None and found[0] % N == r
