"""The log: receipts, the keys that sign them, and checkpoints (sections 8.2, 8.3 and 8.7)."""

import hashlib
import re
from typing import Any

from wcp_ed25519 import KEY, key_id, read_base64, read_key, signed
from wcp_json import Json, canonical, digest, without


class Keys:
    """The keys of a log and their terms (8.7); each trusted one may sign until the key changes."""

    def __init__(self, trusted: Any) -> None:
        self.trusted = [new_term(name, text) for name, text in trusted.items()] if isinstance(trusted, dict) else []
        self.terms: list[Json] = []
        self.origins: dict[int, str | None] = {}

    def find(self, name: str) -> Json | None:
        """Find the term of a key."""
        return next((term for term in self.terms + self.trusted if term["id"] == name), None)

    def in_force(self, term: Json | None, position: int) -> bool:
        """Say whether a key may sign a position."""
        return term is self.at(position) if self.terms else term in self.trusted

    def at(self, position: int) -> Json | None:
        """Find the key in force at a position."""
        return next((term for term in reversed(self.terms) if term["from"] <= position), None)

    def revoked(self, term: Json, position: int) -> bool:
        """Say whether nothing counts that a key signed at a position."""
        return term["revoked"] is not None and term["revoked"] <= position

    def learn(self, placed: Any) -> None:
        """Take in the changes of the receipts of kind `key`: pairs of position and receipt, in their order."""
        for position, receipt in placed:
            is_key = isinstance(receipt, dict) and receipt.get("kind") == "key" and not judge(receipt, self)
            if is_key and self.in_force(self.find(receipt["signing_key_id"]), position):
                signer = self.find(receipt["signing_key_id"])
                held = receipt["stream"] == "(log)" and self.change(receipt.get("key"), position, signer)
                self.origins[position] = receipt["key"]["origin"] if held else None

    def change(self, change: Any, position: int, now: Json) -> bool:
        """Make one change that the key in force signed, if it holds."""
        members = {"action", "from_position", "key_id", "origin", "proof", "public_key"}
        if not isinstance(change, dict) or set(change) != members or not isinstance(change["origin"], str):
            return False
        text, start = change["public_key"], change["from_position"]
        key = read_key(text) if isinstance(text, str) and KEY.fullmatch(text) else None
        if key is None or key_id(key) != change["key_id"] or not is_count(start) or not change["origin"]:
            return False
        known = next((term for term in self.terms or [now] if term["id"] == change["key_id"]), None)
        if change["action"] == "revoke":
            if known is None or known is now or start > position or change["proof"] is not None:
                return False
            known["revoked"] = start if known["revoked"] is None else min(start, known["revoked"])
            return True
        lines = ("wcp-log-key.v1", change["origin"], now["key"].hex(), text, str(int(start)), "")
        if change["action"] != "rotate" or known or start != position + 1:
            return False
        if not signed(key, "\n".join(lines).encode(), read_base64(change["proof"])):
            return False
        self.terms = (self.terms or [now]) + [new_term(change["key_id"], text, start)]
        return True


def new_term(name: str, text: Any, start: float = 0) -> Json:
    """Begin the term of a key; one that is listed under an id that is not its own signs nothing (WCP-8-35)."""
    key = read_key(text)
    return {"id": name, "key": key if key and key_id(key) == name else None, "from": start, "revoked": None}


def first_key(text: Any) -> Json:
    """Trust one key alone."""
    key = read_key(text)
    return {key_id(key): text} if key else {}


def is_count(value: Any) -> bool:
    """Say whether a value is a whole number from 0 to 2^53 - 1."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value // 1 and 0 <= value < 2**53


def judge(receipt: Any, keys: Keys) -> list[str]:
    """Judge a receipt without those around it (8.2)."""
    texts = ("stream", "receipt_hash", "signing_key_id", "signature")
    try:
        canonical(receipt).encode()
        formed = all(isinstance(receipt[name], str) for name in texts) and is_count(receipt["seq"])
        formed = formed and (receipt["prev_receipt_hash"] is None or isinstance(receipt["prev_receipt_hash"], str))
    except (KeyError, TypeError, ValueError):
        formed = False
    if not formed:
        return ["RECEIPT_MALFORMED"]
    term = keys.find(receipt["signing_key_id"])
    good = term and signed(term["key"], receipt["receipt_hash"].encode(), read_base64(receipt["signature"]))
    found = {"RECEIPT_HASH_MISMATCH": receipt["receipt_hash"] != digest(without(receipt, "receipt_hash", "signature")),
             "RECEIPT_KEY_UNKNOWN": term is None, "RECEIPT_SIGNATURE_INVALID": term and not good}
    return [code for code, wrong in found.items() if wrong]


def judge_place(receipt: Json, before: Json | None) -> list[str]:
    """Judge the place of a receipt in its stream (8.2)."""
    seq, previous = receipt["seq"], receipt["prev_receipt_hash"]
    if before is None and seq != 0:
        return ["RECEIPT_HEAD_MISSING"]
    broken = (before is not None and previous != before["receipt_hash"]) or (seq == 0 and previous is not None)
    gap = before is not None and seq - before["seq"] != 1
    return ["RECEIPT_SEQ_GAP"] * gap + ["RECEIPT_CHAIN_BREAK"] * broken


def root(leaves: list[bytes]) -> bytes:
    """Compute the root of a tree (RFC 9162)."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


def read_note(text: Any) -> Json | None:
    """Read a checkpoint (C2SP tlog-checkpoint)."""
    match = re.fullmatch(r"(([^\s+]+)\n(0|[1-9]\d{0,15})\n(\S+)\n(?:.+\n)*)\n((?:\u2014 \S+ \S+\n)+)", text) \
        if isinstance(text, str) else None
    hashed = read_base64(match[4]) if match else None
    if match is None or hashed is None or len(hashed) != 32:
        return None
    lines = [line.split(" ")[1:] for line in match[5].splitlines()]
    return {"text": match[1], "origin": match[2], "size": int(match[3]), "root": hashed,
            "lines": [(name, read_base64(data) or b"") for name, data in lines]}


def note_mark(name: str, kind: bytes, key: bytes) -> bytes:
    """Compute the four bytes by which a line of a note names its key (C2SP signed-note)."""
    return hashlib.sha256(f"{name}\n".encode() + kind + key).digest()[:4]


def judge_note(note: Json | None, origin: str | None, keys: Keys) -> str | None:
    """Judge the origin, key and signature of a checkpoint (8.7)."""
    if note is None:
        return "CHECKPOINT_MALFORMED"
    if note["origin"] != origin:
        return "CHECKPOINT_ORIGIN_MISMATCH"
    verdicts: dict[str, list[bool]] = {}
    for term in keys.trusted + keys.terms:
        mark = note_mark(origin, b"\x01", term["key"] or b"")
        verdicts[term["id"]] = [signed(term["key"], note["text"].encode(), data[4:])
                                for name, data in note["lines"] if name == origin and data[:4] == mark]
    term = keys.at(note["size"])
    named = [verdict for name, found in verdicts.items() for verdict in found
             if not (term and verdicts[term["id"]]) or name == term["id"]]
    if not named:
        return "CHECKPOINT_KEY_UNKNOWN"
    if not all(named):
        return "CHECKPOINT_SIGNATURE_INVALID"
    if term and not verdicts[term["id"]]:
        return "CHECKPOINT_KEY_NOT_IN_FORCE"
    return "CHECKPOINT_KEY_REVOKED" if term and keys.revoked(term, note["size"]) else None


def judge_tree(note: Json, leaves: list[bytes]) -> str | None:
    """Compare a checkpoint that holds with the receipts (8.7)."""
    if note["size"] > len(leaves):
        return "LOG_TAIL_MISSING"
    return None if root(leaves[:note["size"]]) == note["root"] else "LOG_ROOT_MISMATCH"


def key_codes(receipt: Json, position: int, keys: Keys) -> list[str]:
    """Judge the key of a receipt by its position (8.7)."""
    term = keys.find(receipt["signing_key_id"])
    if term is None or keys.in_force(term, position) and not keys.revoked(term, position):
        return []
    return ["RECEIPT_KEY_REVOKED" if keys.revoked(term, position) else "RECEIPT_KEY_NOT_IN_FORCE"]


def former_names(receipts: list[Json]) -> dict[str, int]:
    """Find the names that a log had before a restore, each with the receipts that it had then (8.12)."""
    names: dict[str, int] = {}
    for receipt in receipts:
        said = receipt.get("restore") if isinstance(receipt, dict) and receipt.get("kind") == "restore" else None
        name, size = (said.get("former_origin"), said.get("size")) if isinstance(said, dict) else (None, None)
        if isinstance(name, str) and isinstance(size, (int, float)):
            names[name] = min(size, names.get(name, size))
    return names


def wrong_restore(receipt: Json, codes: list[str], index: int, leaves: list[bytes]) -> bool:
    """Say whether a receipt of kind restore, which nobody changed, is not true of those before it (8.12)."""
    changed = {"RECEIPT_HASH_MISMATCH", "RECEIPT_KEY_UNKNOWN", "RECEIPT_SIGNATURE_INVALID"}
    if receipt.get("kind") != "restore" or changed & set(codes):
        return False
    said = receipt.get("restore")
    if receipt["stream"] != "(log)" or not isinstance(said, dict) or set(said) != {"former_origin", "root", "size"}:
        return True
    name = said["former_origin"]
    named = name is None or isinstance(name, str) and name != ""
    return not named or said["size"] != index or said["root"] != f"sha256:{root(leaves[:index]).hex()}"


def judge_named(note: Json | None, origin: str | None, former: dict[str, int], keys: Keys,
                leaves: list[bytes]) -> str | None:
    """Judge a checkpoint under the name of the log, or one that it had before a restore (8.12)."""
    if note is None or note["origin"] == origin or note["origin"] not in former:
        return judge_note(note, origin, keys) or judge_tree(note, leaves)
    code = judge_note(note, note["origin"], keys) or judge_tree(note, leaves)
    beyond = note["size"] > former[note["origin"]] and code in (None, "LOG_ROOT_MISMATCH")
    return "LOG_TAIL_MISSING" if beyond else code


def verify_log(given: Json) -> Json:
    """Verify a log with its first key alone (8.7)."""
    receipts, findings, heads, taken = given["receipts"], [], {}, {}
    notes = [read_note(text) for text in given.get("checkpoints", [])]
    origin = given.get("origin", next((note["origin"] for note in notes if note), None))
    former = former_names(receipts)
    names = {origin} | set(former)
    leaves = [hashlib.sha256(b"\x00" + canonical(receipt).encode()).digest() for receipt in receipts]
    keys = Keys(first_key(given.get("first_key")))
    keys.learn(enumerate(receipts))
    for index, receipt in enumerate(receipts):
        codes = judge(receipt, keys)
        if "RECEIPT_MALFORMED" not in codes:
            stream = receipt["stream"]
            codes += judge_place(receipt, heads.get(stream)) + key_codes(receipt, index, keys)
            heads[stream] = receipt
            wrong = keys.origins.get(index, "") is None or origin and keys.origins.get(index, origin) not in names
            codes += ["RECEIPT_KEY_CHANGE_INVALID"] * bool(wrong)
            codes += ["RECEIPT_RESTORE_INVALID"] * wrong_restore(receipt, codes, index, leaves)
            place = (stream, receipt["seq"])
            forked = place in taken and taken[place] != receipt["receipt_hash"]
            taken[place] = None if forked else receipt["receipt_hash"]
            codes += ["RECEIPT_FORKED"] * forked
        findings += [{"index": index, "code": code} for code in codes]
    judged = [(index, judge_named(note, origin, former, keys, leaves)) for index, note in enumerate(notes)]
    findings += [{"index": index, "code": code} for index, code in judged if code]
    return {"valid": not findings, "findings": findings}
