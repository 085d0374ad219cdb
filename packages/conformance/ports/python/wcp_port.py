"""A port of the Worker Class Protocol: the operations and the line protocol (section 11)."""

import sys
from typing import Any, Callable

from wcp_approvals import count_approvals
from wcp_decide import Case, digest_decision
from wcp_forms import check_id
from wcp_json import Json, canonical, digest, parse, without
from wcp_log import verify_log
from wcp_package import package_hash, verify_manifest
from wcp_receipt_forms import receipt_as
from wcp_receipts import sign_receipt, verify_disclosure, verify_receipts
from wcp_timestamp import verify_timestamp
from wcp_tree import merkle
from wcp_witness import verify_cosignatures, verify_times
from wcp_world import find_dead_rules, read_rules

OPERATIONS: dict[str, Callable[[Json, Any], Json]] = {
    "decide": lambda given, value: Case(given, value).decide(),
    "check_id": lambda _, value: check_id(value),
    "canonicalize": lambda _, value: {
        "canonical": (text := canonical(parse(value["json"]))), "sha256": digest(text)},
    "record_hash": lambda _, value: {"artifact_hash": digest(without(value, "artifact_hash"))},
    "receipt_hash": lambda _, value: {"receipt_hash": digest(without(value, "receipt_hash", "signature"))},
    "decision_digest": lambda _, value: {"decision_digest": digest_decision(**value)},
    "analyze_rules": lambda _, value: {"findings": find_dead_rules(read_rules(value["rules"], None))}} | {
    operation.__name__: lambda _, value, operation=operation: operation(value) for operation in (
        count_approvals, sign_receipt, verify_receipts, verify_log, verify_disclosure, merkle, verify_cosignatures,
        verify_timestamp, verify_times, package_hash, verify_manifest, receipt_as)}
REFUSING = ("sign_receipt", "merkle", "verify_cosignatures", "package_hash", "verify_manifest", "receipt_as")


def answer(message: Json) -> Json:
    """Answer one message of the referee (11.1)."""
    op = message.get("op")
    if message["cmd"] == "start":
        implementation = {"name": "wcp-port-python", "language": "Python", "version": "0.2.0"}
        return {"ok": True, "implementation": implementation, "ops": list(OPERATIONS)}
    if op not in OPERATIONS:
        return {"skipped": {"reason": "This port does not have the operation."}}
    try:
        return {"result": OPERATIONS[op](message.get("given", {}), message.get("input"))}
    except LookupError as problem:
        if type(problem) is not LookupError or op not in REFUSING:
            raise
        return {"error": {"code": problem.args[0]}}
    except ValueError:
        return {"error": {"code": "DOCUMENT_INVALID" if op == "analyze_rules" else "CANONICAL_JSON_INVALID"}}


def main() -> None:
    """Read a message a line and write an answer a line, until `stop` (11.1)."""
    sys.setrecursionlimit(100_000)
    sys.stdout.reconfigure(encoding="utf-8")
    for line in sys.stdin.buffer:
        reply: Json = {"seq": None}
        try:
            message = parse(line.decode("utf-8"))
            if message["cmd"] == "stop":
                return
            reply = {"seq": message["seq"]} if "seq" in message else {}
            reply |= answer(message)
        except Exception as error:
            reply |= {"errored": {"message": type(error).__name__}}
        print(canonical(reply), flush=True)


if __name__ == "__main__":
    main()
