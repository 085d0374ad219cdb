"""Cosignatures, witness policies and the order of times (section 8.8)."""

import re
from datetime import datetime
from typing import Any

from wcp_ed25519 import read_base64, read_key, signed
from wcp_json import Json, parse
from wcp_log import Keys, judge_note, key_id, note_mark, read_note

NAME, KEY = re.compile(r"[^\s+\x00-\x1f\x7f-\x9f]+"), re.compile(r"([^+]+)\+([0-9a-f]{8})\+(.+)")
TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII)


def require(condition: Any) -> None:
    """Refuse a policy unless a condition holds."""
    if not condition:
        raise LookupError("POLICY_INVALID")


def note_key(text: str, kind: bytes) -> tuple[str, bytes]:
    """Read the key of a log (type 1) or of a witness (type 4)."""
    match = KEY.fullmatch(text)
    data = read_base64(match[3]) if match else None
    require(match and NAME.fullmatch(match[1]) and data and len(data) == 33 and data[:1] == kind)
    require(note_mark(match[1], kind, data[1:]).hex() == match[2])
    return match[1], data[1:]


class Policy:
    """Which checkpoints count as witnessed (C2SP tlog-policy)."""

    def __init__(self, text: Any) -> None:
        require(isinstance(text, str) and not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text))
        self.logs: list[tuple[str, bytes]] = []
        self.witnesses: list[tuple[str, bytes]] = []
        self.named: dict[str, Any] = {}
        self.members: set[str] = set()
        self.quorums: list[Any] = []
        for line in (policy_lines(text) if text.lstrip().startswith("{") else text).split("\n"):
            words = [word for word in re.split("[ \t]+", line) if word]
            if words and not words[0].startswith("#"):
                require(words[0] in ("log", "witness", "group", "quorum"))
                getattr(self, words[0])(*words[1:], *[""] * (3 - len(words)))
        require(len(self.quorums) == 1)

    def log(self, key: str = "", *rest: str) -> None:
        """Read the line of a log."""
        self.logs.append(note_key(key, b"\x01"))
        require(len(rest) < 2 and len({key for _, key in self.logs}) == len(self.logs))

    def witness(self, name: str, key: str, *rest: str) -> None:
        """Read the line of a witness."""
        self.witnesses.append(note_key(key, b"\x04"))
        require(len(rest) < 2 and len({key for _, key in self.witnesses}) == len(self.witnesses))
        self.name(name, len(self.witnesses) - 1)

    def group(self, name: str, rule: str, *members: str) -> None:
        """Read the line of a group."""
        number = {"any": "1", "all": str(len(members))}.get(rule, rule)
        require(re.fullmatch("[0-9]{1,4}", number) and 1 <= int(number) <= len(members))
        for member in members:
            require(member in self.named and member not in self.members)
            self.members.add(member)
        self.name(name, (int(number), [self.named[member] for member in members]))

    def quorum(self, name: str, *rest: str) -> None:
        """Read the line of the quorum."""
        require(not any(rest) and (name == "none" or name in self.named))
        self.quorums.append((0, []) if name == "none" else self.named[name])

    def name(self, name: str, value: Any) -> None:
        """Give a name to a witness or a group."""
        require(name != "none" and name not in self.named)
        self.named[name] = value


def policy_lines(text: str) -> str:
    """Write a policy that is JSON as lines (WCP-8-217)."""
    try:
        policy = parse(text)
    except ValueError:
        policy = None
    require(isinstance(policy, dict) and set(policy) == {"witnesses", "quorum"})
    keys, quorum = policy["witnesses"], policy["quorum"]
    require(isinstance(keys, list) and all(isinstance(key, str) and re.fullmatch(r"\S+", key) for key in keys))
    require(isinstance(quorum, float) and quorum.is_integer())
    names = [f"w{index + 1}" for index in range(len(keys))]
    lines = [f"witness {name} {key}" for name, key in zip(names, keys)]
    return "\n".join([*lines, f"group k-of-n {int(quorum)} {' '.join(names)}", "quorum k-of-n"])


def is_quorum(quorum: Any, good: set[int]) -> bool:
    """Say whether enough have cosigned."""
    if isinstance(quorum, int):
        return quorum in good
    return sum(is_quorum(member, good) for member in quorum[1]) >= quorum[0]


def cosigned(note: Json, name: str, key: bytes) -> list[bool]:
    """Say of each line by a witness whether it is good (WCP-8-210)."""
    mark, verdicts = note_mark(name, b"\x04", key), []
    for other, data in note["lines"]:
        if other == name and data[:4] == mark:
            text = f"cosignature/v1\ntime {int.from_bytes(data[4:12], 'big')}\n{note['text']}"
            good = len(data) == 76 and int.from_bytes(data[4:12], "big") < 2**53
            verdicts.append(good and signed(read_key(key.hex()), text.encode(), data[12:]))
    return verdicts


def is_of_log(note: Json, logs: list[tuple[str, bytes]]) -> bool:
    """Say whether a log of the policy signed a checkpoint (WCP-8-222)."""
    return not logs or any(judge_note(note, origin, Keys({key_id(key): key.hex()})) is None for origin, key in logs)


def verify_cosignatures(given: Json) -> Json:
    """The operation `verify_cosignatures`."""
    policy, findings, sizes, size = Policy(given.get("policy")), [], [], given.get("size")
    for index, note in enumerate(map(read_note, given["checkpoints"])):
        verdicts = [cosigned(note, *witness) for witness in policy.witnesses] if note else []
        bad = any(not all(lines) for lines in verdicts)
        good = {place for place, lines in enumerate(verdicts) if lines and all(lines)}
        findings += [{"index": index, "code": "COSIGNATURE_INVALID"}] * bad
        if note and not bad and is_quorum(policy.quorums[0], good) and is_of_log(note, policy.logs):
            sizes.append(note["size"])
    most = max(sizes, default=None)
    findings += [{"index": 0, "code": "LOG_NOT_WITNESSED"}] * (size is not None and size > (most or 0))
    return {"valid": not findings, "findings": findings, "witnessed_size": most}


def seconds(text: Any) -> float | None:
    """Read a time, or nothing where it cannot be read."""
    match = TIME.fullmatch(text) if isinstance(text, str) else None
    try:
        whole = datetime.fromisoformat(match[1] + match[3].replace("Z", "+00:00")) if match else None
    except ValueError:
        return None
    return whole.timestamp() + float(match[2] or 0) if whole else None


def verify_times(given: Json) -> Json:
    """The operation `verify_times`."""
    marks = [(mark["size"], seconds(mark["time"])) for mark in given.get("timestamps", [])]
    earliest, findings, receipts = float("-inf"), [], given["receipts"]
    for index, receipt in enumerate(receipts):
        receipt = receipt if isinstance(receipt, dict) else {}
        if receipt.get("kind") == "outcome" or receipt.get("stream") == "(log)":
            continue
        position, time = given.get("positions", range(len(receipts)))[index], seconds(receipt.get("dispatched_at"))
        after = max([earliest] + [at for size, at in marks if size <= position])
        before = min([float("inf")] + [at for size, at in marks if size > position])
        if time is None or not after - 300 <= time <= before + 300:
            findings.append({"index": index, "code": "TIME_NOT_ORDERED"})
        elif given.get("is_ordered", True):
            earliest = max(earliest, time)
    return {"valid": not findings, "findings": findings}
