"""Timestamps of RFC 3161 on checkpoints (section 8.8), verified offline."""

import hashlib
from datetime import datetime
from typing import Any

from wcp_der import HASHES, Item, oid, read_all, read_certificate, read_one, read_pem, time_of, verified
from wcp_ed25519 import read_base64
from wcp_json import Json
from wcp_log import read_note

SIGNED_DATA, INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
CERTIFICATES = ("1.2.840.113549.1.9.16.2.47", "1.2.840.113549.1.9.16.2.12")
LENGTHS = {20: "sha1", 32: "sha256", 48: "sha384", 64: "sha512"}


def read_timestamp(der: bytes) -> Json:
    """Read an answer that grants a timestamp; ValueError for anything else."""
    status, token = read_one(der)[:2]
    kind, wrapped = read_all(token[1])
    if read_all(status[1])[0][1] not in (b"\0", b"\1") or oid(kind) != SIGNED_DATA:
        raise ValueError("not granted")
    _, _, content, *rest = read_one(wrapped[1])
    form, inner = read_all(content[1])
    (held,), signers = read_all(inner[1]), read_all(rest[-1][1])
    if oid(form) != INFO or held[0] != 4 or len(signers) != 1:
        raise ValueError("not a timestamp")
    came = [item[2] for item in rest[:-1] if item[0] == 0xA0 for item in read_all(item[1]) if item[0] == 0x30]
    return {"content": held[1], "info": read_info(held[1]), "signer": read_signer(signers[0]),
            "certificates": [read_certificate(each) for each in came]}


def read_info(der: bytes) -> Json:
    """Read what the authority says."""
    _, _, imprint, _, time, *rest = read_one(der)
    algorithm, message = read_all(imprint[1])
    nonce = next((item[1].hex() for item in rest if item[0] == 2), None)
    return {"hash": oid(read_all(algorithm[1])[0]), "imprint": message[1], "time": time_of(time), "nonce": nonce}


def read_signer(item: Item) -> Json:
    """Read who signed, and what is signed besides the content."""
    _, name, hashed, attributes, algorithm, signature = read_all(item[1])[:6]
    if attributes[0] != 0xA0:
        raise ValueError("nothing but the content is signed")
    held: dict[str, list[Item]] = {}
    for attribute in read_all(attributes[1]):
        kind, values = read_all(attribute[1])
        held.setdefault(oid(kind), []).extend(read_all(values[1]))
    issuer, serial = read_all(name[1]) if name[0] == 0x30 else ((0, b"", b""), (0, b"", b""))
    return {"issuer": issuer[2], "serial": serial[1], "hash": HASHES.get(oid(read_all(hashed[1])[0])), "held": held,
            "signed": b"\x31" + attributes[2][1:], "algorithm": oid(read_all(algorithm[1])[0]), "signature": signature[1]}


def issued(issuer: Json, certificate: Json) -> bool:
    """Say whether one certificate is by another."""
    named = issuer["ca"] and issuer["subject"] == certificate["issuer"]
    return named and verified(issuer, certificate["algorithm"], None, certificate["body"], certificate["signature"])


def is_trusted(certificate: Json, trusted: list[Json], others: list[Json], time: datetime) -> bool:
    """Say whether a certificate is a trusted one, or leads to one (WCP-8-232)."""
    for _ in range(8):
        if not certificate["begin"] <= time <= certificate["end"]:
            return False
        if any(each["der"] == certificate["der"] for each in trusted):
            return True
        anchor = next((each for each in trusted if issued(each, certificate)), None)
        if anchor:
            return anchor["begin"] <= time <= anchor["end"]
        above = [each for each in others if each["der"] != certificate["der"] and issued(each, certificate)]
        if not above:
            return False
        certificate = above[0]
    return False


def names(signer: Json, certificate: Json) -> bool:
    """Say whether the signature covers what it is, and by which certificate (WCP-8-233)."""
    kinds = [oid(item) for item in signer["held"].get(CONTENT_TYPE, [])]
    attribute = next((signer["held"][kind] for kind in CERTIFICATES if kind in signer["held"]), None)
    if kinds != [INFO] or not attribute:
        return False
    first = read_all(read_all(read_all(attribute[0][1])[0][1])[0][1])
    hashes = [item[1] for item in first if item[0] == 4 and len(item[1]) in LENGTHS]
    return any(hashlib.new(LENGTHS[len(value)], certificate["der"]).digest() == value for value in hashes)


def is_signed(read: Json, certificate: Json) -> bool:
    """Verify the signature of the authority."""
    signer = read["signer"]
    digests = [item[1] for item in signer["held"].get(MESSAGE_DIGEST, [])]
    if signer["hash"] is None or digests != [hashlib.new(signer["hash"], read["content"]).digest()]:
        return False
    arguments = signer["algorithm"], signer["hash"], signer["signed"], signer["signature"]
    return names(signer, certificate) and verified(certificate, *arguments)


def judge(given: Json, read: Json) -> str | None:
    """Make the checks of 8.8 in their order."""
    info, signer, note = read["info"], read["signer"], read_note(given.get("checkpoint"))
    about = note and hashlib.sha256(note["text"].encode()).digest() == info["imprint"]
    if not about or HASHES.get(info["hash"]) != "sha256" or given.get("nonce", info["nonce"]) != info["nonce"]:
        return "TIMESTAMP_MISMATCH"
    trusted = read_pem(given.get("certificates"))
    certificate = next((each for each in trusted + read["certificates"]
                        if (each["issuer"], each["serial"]) == (signer["issuer"], signer["serial"])), None)
    for_time = certificate and certificate["critical"] and certificate["uses"] == ["1.3.6.1.5.5.7.3.8"]
    if not for_time or not attempt(is_trusted, certificate, trusted, read["certificates"], info["time"]):
        return "TIMESTAMP_AUTHORITY_UNKNOWN"
    return None if attempt(is_signed, read, certificate) else "TIMESTAMP_SIGNATURE_INVALID"


def attempt(check: Any, *arguments: Any) -> bool:
    """Make a check of foreign bytes; those that cannot be read do not pass it."""
    try:
        return check(*arguments)
    except (ValueError, IndexError):
        return False


def verify_timestamp(given: Json) -> Json:
    """The operation `verify_timestamp`."""
    try:
        read = read_timestamp(read_base64(given.get("timestamp")) or b"")
    except (ValueError, IndexError):
        return {"valid": False, "code": "TIMESTAMP_MALFORMED", "time": None}
    code = judge(given, read)
    time = read["info"]["time"].strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return {"valid": code is None, "code": code, "time": None if code else time}
