"""Receipts outside of a whole log: signing them, a list of them, and one request that is shown (8.2 and 8.9)."""

import base64
import re
from typing import Any

from wcp_ed25519 import HEX, key_id, signer
from wcp_json import Json, canonical, digest, without
from wcp_log import Keys, first_key, is_count, judge, judge_note, judge_place, key_codes, read_note
from wcp_tree import included

HASH = re.compile("sha256:[0-9a-f]{64}")


def sign_receipt(given: Json) -> Json:
    """The operation `sign_receipt`."""
    seed = given.get("seed_hex")
    if not (isinstance(seed, str) and HEX.fullmatch(seed)):
        raise LookupError("SEED_INVALID")
    key, sign = signer(seed)
    receipt = without(given.get("receipt"), "receipt_hash", "signature") | {"signing_key_id": key_id(key)}
    made = digest(receipt)
    signature = base64.b64encode(sign(made.encode())).decode()
    return {"receipt_hash": made, "signing_key_id": key_id(key), "signature": signature}


def verify_receipts(given: Json) -> Json:
    """The operation `verify_receipts`."""
    keys, heads, findings = Keys(given.get("keys")), {}, []
    for index, receipt in enumerate(given["receipts"]):
        codes = judge(receipt, keys)
        if "RECEIPT_MALFORMED" not in codes:
            codes += judge_place(receipt, heads.get(receipt["stream"]))
            heads[receipt["stream"]] = receipt
        findings += [{"index": index, "code": code} for code in codes]
    return {"valid": not findings, "findings": findings}


def is_disclosure(value: Any) -> bool:
    """Say whether a value has the form of a disclosure (WCP-8-253)."""
    if not isinstance(value, dict) or value.get("disclosure") != "wcp-disclosure.v1" or "request" not in value:
        return False
    shown = value.get("key_receipts", [])
    formed = isinstance(value.get("receipt"), dict) and isinstance(value.get("checkpoint"), str)
    return formed and isinstance(shown, list) and all(isinstance(item, dict) for item in shown) and is_written(value)


def is_written(value: Any) -> bool:
    """Say whether a value has canonical JSON."""
    try:
        return canonical(value).encode() is not None
    except ValueError:
        return False


def judge_shown(item: Json, keys: Keys, is_alone: bool) -> list[str]:
    """Judge a receipt by itself and by its position (WCP-8-255 and 259)."""
    receipt = item.get("receipt")
    codes, position = judge(receipt, keys), position_of(item)
    if "RECEIPT_MALFORMED" in codes:
        return codes
    place = [] if is_alone else [code for code in judge_place(receipt, None) if code != "RECEIPT_HEAD_MISSING"]
    changed = ["RECEIPT_KEY_CHANGE_INVALID"] * (keys.origins.get(position, "") is None)
    return codes + place + key_codes(receipt, position, keys) + changed


def position_of(item: Json) -> float:
    """Read a position; what is none stands behind every other."""
    return item["position"] if is_count(item.get("position")) else 2.0**53 - 1


def prove(item: Json, note: Json) -> list[str]:
    """Verify the place of a receipt (WCP-8-257)."""
    index, path, size = item.get("position"), item.get("proof"), note["size"]
    formed = is_count(index) and index < size and isinstance(path, list)
    if not formed or not all(isinstance(node, str) and HASH.fullmatch(node) for node in path):
        return ["PROOF_MALFORMED"]
    leaf, nodes = canonical(item.get("receipt")).encode(), [bytes.fromhex(node[7:]) for node in path]
    return [] if included(leaf, int(index), size, nodes, note["root"]) else ["PROOF_INVALID"]


def verify_disclosure(given: Json) -> Json:
    """The operation `verify_disclosure` (8.9)."""
    shown = given.get("disclosure")
    if not is_disclosure(shown):
        return {"valid": False, "findings": [{"code": "DISCLOSURE_MALFORMED"}]}
    note, others = read_note(shown["checkpoint"]), shown.get("key_receipts", [])
    keys = Keys(first_key(given["first_key"]) if "first_key" in given else given.get("keys"))
    placed = sorted(([position_of(item), item.get("receipt")] for item in [shown, *others]), key=lambda pair: pair[0])
    keys.learn(placed)
    codes = ["DISCLOSURE_REQUEST_MISMATCH"] * (shown["receipt"].get("artifact_hash") != digest_of(shown["request"]))
    codes += judge_shown(shown, keys, False)
    codes += [code for item in others for code in judge_shown(item, keys, True)]
    found = judge_note(note, given.get("origin", note and note["origin"]), keys)
    codes += [found] if found else []
    if note and shown.get("size") != note["size"]:
        codes.append("PROOF_INVALID")
    elif note:
        codes += [code for item in [shown, *others] for code in prove(item, note)]
    return {"valid": not codes, "findings": [{"code": code} for code in dict.fromkeys(codes)]}


def digest_of(value: Any) -> str:
    """Hash the canonical JSON of any value, a text included."""
    return digest(canonical(value))
