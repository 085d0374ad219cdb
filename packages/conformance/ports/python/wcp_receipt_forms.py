"""Receipts in the forms of others (section 8.11)."""

import base64
import math
from datetime import datetime
from typing import Any
from urllib.parse import quote

from wcp_ed25519 import HEX, key_id, signer
from wcp_json import Json, canonical

# Kind: class, activity, its name, the type of the entity, a severity of its own.
KINDS = {
    "decision": (6003, 99, "Decide", None, None), "outcome": (6003, 99, "Execute", None, None),
    "approval": (6003, 99, "Review", None, None), "enrolment": (3004, 3, "Update", "worker", None),
    "key": (3004, 3, "Update", "log key", 3), "erasure": (3004, 4, "Delete", "payload", 2),
    "restore": (3004, 99, "Restore", "log", 3)}
CLASSES = {3004: ("Entity Management", 3, "Identity & Access Management"),
           6003: ("API Activity", 6, "Application Activity")}
SUCCESS, FAILURE = (1, "Success", 1), (2, "Failure", 2)
STATUSES = {None: SUCCESS, "ALLOW": SUCCESS, "ok": SUCCESS, "DENY": FAILURE, "error": FAILURE, "timeout": FAILURE,
            "REQUIRE_HUMAN": (99, "Held", 1), "unknown": (0, "Unknown", 2)}
SEVERITIES = {1: "Informational", 2: "Low", 3: "Medium"}


def log_uri(origin: str) -> str:
    """Name a log."""
    return "urn:wcp:log:" + quote(origin, safe="/!~*'()")


def about(receipt: Json) -> str:
    """Say what a receipt is about."""
    key = (receipt.get("key") or {}).get("key_id")
    return receipt["decision_id"] or key or receipt["worker_id"] or receipt["receipt_id"]


def present(**members: Any) -> Json:
    """Leave out what is null."""
    return {name: value for name, value in members.items() if value is not None}


def b64(data: bytes) -> str:
    """Write base64."""
    return base64.b64encode(data).decode()


def dsse(receipt: Json, origin: str, position: int, sign: Any) -> str:
    """Write an envelope."""
    name = receipt["decision_id"] or receipt["receipt_id"]
    digests = {f"receipt:{receipt['receipt_id']}": receipt["receipt_hash"],
               f"decision:{name}": receipt["decision_digest"], f"artifact:{name}": receipt["artifact_hash"],
               f"result:{name}": (receipt["outcome"] or {}).get("result_hash")}
    subject = [{"name": name, "digest": {"sha256": value[7:]}} for name, value in digests.items() if value]
    log = {"origin": origin, "position": position}
    payload = canonical({"_type": "https://in-toto.io/Statement/v1", "subject": subject,
                         "predicateType": "urn:wcp:receipt:v1", "predicate": {"log": log, "receipt": receipt}}).encode()
    kind = "application/vnd.in-toto+json"
    message = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
    signatures = [{"keyid": key_id(sign[0]), "sig": b64(sign[1](message))}] if sign else []
    return canonical({"payload": b64(payload), "payloadType": kind, "signatures": signatures})


def cloudevents(receipt: Json, origin: str, position: int, _: Any) -> str:
    """Write a CloudEvent."""
    return canonical(present(
        specversion="1.0", id=receipt["receipt_id"], source=log_uri(origin), type=f"wcp.receipt.{receipt['kind']}",
        subject=about(receipt), time=receipt["dispatched_at"], datacontenttype="application/json",
        dataschema="urn:wcp:0.2:receipt", sequence=f"{position:016d}", partitionkey=receipt["stream"], data=receipt))


def time_of(receipt: Json) -> int:
    """Say when it happened, in milliseconds."""
    if receipt["dispatched_at"] is None:
        return int(receipt["receipt_id"].replace("-", "")[:12], 16)
    return math.floor(datetime.fromisoformat(receipt["dispatched_at"]).timestamp() * 1000 + 0.5)


def ocsf(receipt: Json, origin: str, position: int, _: Any) -> str:
    """Write an event of OCSF."""
    class_uid, activity, activity_name, entity, own_severity = KINDS[receipt["kind"]]
    class_name, category, category_name = CLASSES[class_uid]
    outcome, deny = receipt["outcome"] or {}, receipt["deny_code"]
    status_id, status, severity = STATUSES[outcome.get("status") or receipt["policy_decision"]]
    severity = own_severity or severity
    metadata = present(
        version="1.9.0", product={"name": "WCP Hall", "vendor_name": "WCP"}, uid=receipt["receipt_id"],
        event_code=f"receipt.{receipt['kind']}", log_name=origin, sequence=position, tenant_uid=receipt["stream"],
        correlation_uid=receipt["correlation_id"], original_time=receipt["dispatched_at"])
    event = present(
        category_uid=category, category_name=category_name, class_uid=class_uid, class_name=class_name,
        activity_id=activity, activity_name=activity_name, type_uid=class_uid * 100 + activity, time=time_of(receipt),
        severity_id=severity, severity=SEVERITIES[severity], status_id=status_id, status=status, status_code=deny,
        metadata=metadata, raw_data=canonical(receipt))
    if entity:
        return canonical(event | {"entity": present(
            uid=about(receipt), type=entity, data=receipt.get(receipt["kind"]))})
    decision, world = receipt["policy_decision"], receipt["world_digest"]
    authorization = present(decision=decision, policy=world and {"uid": world})
    worker, duration = receipt["worker_id"], outcome.get("duration_ms")
    return canonical(event | present(
        actor={"app_uid": receipt["stream"], "authorizations": [authorization] if decision else []},
        api=present(operation=receipt["capability_id"] or "unknown", service={"name": origin},
                    request={"uid": about(receipt)}, response=deny and {"error": deny}),
        src_endpoint={"svc_name": origin},
        resources=worker and [present(uid=worker, type="worker", name=receipt["worker_species_id"])],
        duration=None if duration is None else math.floor(duration + 0.5)))


def cbor(value: Any) -> bytes:
    """Write CBOR in the deterministic encoding; maps are given in the order of their keys."""
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, (bytes, str)):
        data = value if isinstance(value, bytes) else value.encode()
        return head(2 if isinstance(value, bytes) else 3, len(data)) + data
    if isinstance(value, list):
        return head(4, len(value)) + b"".join([cbor(item) for item in value])
    return head(5, len(value)) + b"".join([cbor(key) + cbor(item) for key, item in value.items()])


def head(kind: int, size: int) -> bytes:
    """Write the first bytes of an item."""
    if size < 24:
        return bytes([kind << 5 | size])
    width = next(width for width in range(4) if size < 1 << (8 << width))
    return bytes([kind << 5 | 24 + width]) + size.to_bytes(1 << width, "big")


def scitt(receipt: Json, origin: str, _: int, sign: Any) -> str:
    """Write a signed statement."""
    claims = {1: log_uri(origin), 2: about(receipt)}
    header = cbor({1: -8, 3: "application/json", 4: key_id(sign[0]).encode(), 15: claims})
    payload = canonical(receipt).encode()
    signature = sign[1](cbor(["Signature1", header, b"", payload]))
    return b64(b"\xd2" + cbor([header, {}, payload, signature]))


FORMS = {"dsse": dsse, "cloudevents": cloudevents, "ocsf": ocsf, "scitt": scitt}


def receipt_as(given: Json) -> Json:
    """Write a receipt in another form; LookupError names what is wrong."""
    if given.get("form") not in FORMS:
        raise LookupError("FORM_UNKNOWN")
    seed = given.get("seed_hex")
    is_signed = given["form"] == "scitt" or given["form"] == "dsse" and "seed_hex" in given
    if is_signed and not (isinstance(seed, str) and HEX.fullmatch(seed)):
        raise LookupError("SEED_INVALID")
    sign = signer(seed) if is_signed else None
    return {"document": FORMS[given["form"]](given["receipt"], given["origin"], int(given["position"]), sign)}
