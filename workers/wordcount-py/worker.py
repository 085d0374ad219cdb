#!/usr/bin/env python3
"""Counts the words of a text: a WCP worker (section 10) for Python 3.9 or newer, standard library only."""

import codecs
import hashlib
import json
import os
import re
import sys
import time
import traceback
import unicodedata
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

RECORD_FILE = Path(__file__).with_name("registry_record.json")
RECORD = json.loads(RECORD_FILE.read_text(encoding="utf-8"))

MAX_TEXT_LENGTH = 1_000_000
FREQUENT_WORDS = 5


def combining_marks():
    """The marks that belong to the letter before them, as ranges of a pattern: Python's \\w has none of them."""
    marks = [code for code in range(0x300, 0x20000) if unicodedata.category(chr(code)).startswith("M")]
    firsts = [code for code in marks if unicodedata.category(chr(code - 1))[0] != "M"]
    lasts = [code for code in marks if unicodedata.category(chr(code + 1))[0] != "M"]
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in zip(firsts, lasts))


# Han, Kana, Bopomofo, Thai, Lao, Burmese, Khmer: no space between words, and only a dictionary could tell them apart.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u302f\u3038-\u303c\u3041-\u30ff\u3105-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uf900-\ufaff\uff66-\uff9d"
    "\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
# Beside marks: the joiners of Persian and of the scripts of India, and the long vowel of Japanese.
MARKS = f"[{combining_marks()}\u200c\u200d\u30fc\uff70]*"
CHARACTER = rf"[{UNSPACED}](?<=[^\W\d_]){MARKS}"
LETTERS = rf"(?:(?:(?![{UNSPACED}])[^\W_]|\d){MARKS})+"
WORD = re.compile(rf"{CHARACTER}|{LETTERS}(?:['’-]{LETTERS})*")


def check_request(request):
    """The findings in a request, which should be {"text": "…"}."""
    if not isinstance(request, dict):
        return [finding("", "NOT_AN_OBJECT", "A request must be a JSON object.")]
    findings = [unknown_member(name) for name in request if name != "text"]
    text = request.get("text")
    if "text" not in request:
        findings.append(finding("/text", "MISSING_MEMBER", 'The member "text" is required.'))
    elif not isinstance(text, str) or not 1 <= len(text) <= MAX_TEXT_LENGTH:
        findings.append(finding("/text", "INVALID_VALUE", f"Expected 1 to {MAX_TEXT_LENGTH} characters."))
    return findings


def count_words(request):
    """The result for a valid request. The same text gives the same counts."""
    text = request["text"]
    plain = unicodedata.normalize("NFC", text)
    counts = Counter(word.casefold() for word in WORD.findall(plain))
    frequent = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:FREQUENT_WORDS]
    return {
        "characters": len(text),
        "lines": text.count("\n") + (not text.endswith("\n")),
        "words": sum(counts.values()),
        "distinct_words": len(counts),
        "frequent": [{"word": word, "count": count} for word, count in frequent],
    }


OPAQUE = re.compile(r"[A-Za-z0-9._:@/-]{1,128}")
TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?Z")

CODES = {
    "WORKER_INVALID_CONTEXT": ("denied", "The context is not valid: correct what the findings name."),
    "WORKER_WRONG_WORKER": ("denied", "The context names another worker."),
    "WORKER_WRONG_CAPABILITY": ("denied", "This worker does not declare the capability."),
    "WORKER_ENV_NOT_ALLOWED": ("denied", "The record of this worker does not allow the environment."),
    "WORKER_INVALID_INPUT": ("denied", "The request is not valid: correct what the findings name."),
    "WORKER_TIMEOUT": ("error", "The worker did not finish by its deadline."),
    "WORKER_FAILED": ("error", "The worker failed: the error is in the worker's log."),
    "WORKER_INVALID_LINE": ("error", "The line is not a JSON object of context, request and, optionally, id."),
    "WORKER_LINE_TOO_LONG": ("error", "The line is longer than 8 MiB."),
}


def execute(request, context):
    """Runs the worker once; never raises."""
    started = time.time_ns()
    try:
        code, findings = check_call(request, context, started / 1e9)
        result = count_words(request) if code is None else None
        if code is None and deadline_of(context) <= time.time():
            code, result = "WORKER_TIMEOUT", None
    except Exception:
        traceback.print_exc()
        code, findings, result = "WORKER_FAILED", [], None
    return answer(context, started, code, findings, request, result)


def check_call(request, context, now):
    """The code and the findings of a refusal; None and no findings for a valid call."""
    findings = check_context(context)
    if findings:
        return "WORKER_INVALID_CONTEXT", findings
    if context["worker_id"] != RECORD["worker_id"]:
        return "WORKER_WRONG_WORKER", []
    if context["capability_id"] not in RECORD["capabilities"]:
        return "WORKER_WRONG_CAPABILITY", []
    if context["env"] not in RECORD["allowed_environments"]:
        return "WORKER_ENV_NOT_ALLOWED", []
    if deadline_of(context) <= now:
        return "WORKER_TIMEOUT", []
    findings = check_request(request)
    return ("WORKER_INVALID_INPUT", findings) if findings else (None, [])


def is_text(value):
    return isinstance(value, str)


def is_opaque(value):
    return is_text(value) and OPAQUE.fullmatch(value) is not None


def one_of(*values):
    return lambda value: is_text(value) and value in values


CONTEXT = {
    "correlation_id": is_opaque,
    "tenant_id": is_opaque,
    "env": one_of("dev", "stage", "prod", "edge"),
    "data_label": one_of("PUBLIC", "INTERNAL", "RESTRICTED"),
    "qos_class": one_of("P0", "P1", "P2", "P3"),
    "capability_id": is_text,
    "policy_version": is_text,
    "decision_id": is_text,
    "worker_id": is_text,
    "deadline": lambda value: value is None or (is_text(value) and seconds_of(value) is not None),
}


def check_context(context):
    if not isinstance(context, dict):
        return [finding("", "NOT_AN_OBJECT", "A context must be a JSON object.")]
    findings = [unknown_member(name) for name in context if name not in CONTEXT]
    for name, is_valid in CONTEXT.items():
        if name not in context:
            findings.append(finding(f"/{name}", "MISSING_MEMBER", f'The member "{name}" is required.'))
        elif not is_valid(context[name]):
            findings.append(finding(f"/{name}", "INVALID_VALUE", "The value is not allowed here."))
    return findings


def deadline_of(context):
    deadline = context["deadline"]
    return float("inf") if deadline is None else seconds_of(deadline)


def seconds_of(text):
    """Seconds since 1970 for a time in UTC; None for anything else."""
    match = TIME.fullmatch(text)
    try:
        whole = datetime.strptime(match[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
        return whole.timestamp() + float(f"0{match[2] or '.0'}")
    except (TypeError, ValueError, OverflowError):
        return None


def finding(path, code, message):
    return {"path": path, "code": code, "message": message}


def unknown_member(name):
    pointer = name.replace("~", "~0").replace("/", "~1")
    return finding(f"/{pointer}"[:1024], "UNKNOWN_MEMBER", "The member is not known.")


def answer(context, started, code, findings, request, result):
    """The result of a run, with its event and its evidence."""
    status, message = ("ok", None) if code is None else CODES[code]
    reason = None if code is None else {"code": code, "message": message}
    if findings:
        reason["findings"] = findings[:100]
    finished = max(started, time.time_ns())
    worker = {name: RECORD[name] for name in ("worker_id", "worker_species_id")}
    run = {**worker, "status": status, "duration_ms": finished // 10**6 - started // 10**6}
    known = echo(context)
    event = {**run, **known, "event_id": "evt.worker.executed", "timestamp": time_text(finished)}
    if code is not None:
        event.update(event_id="evt.worker.failed", reason=code)
    evidence = {
        **run,
        **{name: known[name] for name in ("capability_id", "correlation_id", "decision_id")},
        "kind": "execution",
        "request_hash": hash_of(request) if code is None else None,
        "result_hash": hash_of(result) if code is None else None,
        "started_at": time_text(started),
        "finished_at": time_text(finished),
    }
    return {
        "status": status,
        "result": result,
        "telemetry": [event],
        "evidence": [evidence],
        "deny_reason": reason,
    }


def echo(context):
    """The members of a context that an event repeats; null for each that is not valid."""
    members = context if isinstance(context, dict) else {}
    names = ("correlation_id", "tenant_id", "capability_id", "decision_id")
    return {name: members.get(name) if is_opaque(members.get(name)) else None for name in names}


def time_text(nanoseconds):
    moment = datetime.fromtimestamp(nanoseconds // 10**6 / 1000, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def hash_of(value):
    return f"sha256:{hashlib.sha256(canonical(value)).hexdigest()}"


def canonical(value):
    """The bytes of RFC 8785, for values without fractions and with ASCII names. Raises for anything that is not JSON."""
    form = {"ensure_ascii": False, "sort_keys": True, "allow_nan": False, "separators": (",", ":")}
    return json.dumps(value, **form).encode("utf-8")


MAX_LINE_LENGTH = 8 * 1024 * 1024


def answer_line(line):
    """The output for a line of input; the line is None when it was too long."""
    call = None if line is None else parse(line)
    if isinstance(call, dict) and set(call) == {"cancel"}:
        # A cancelled call has already ended: this worker reads no line before it has answered the previous one.
        return b""
    identity = {"id": call["id"]} if isinstance(call, dict) and "id" in call else {}
    if is_call(call):
        result = execute(call.get("request", {}), call["context"])
    else:
        code = "WORKER_LINE_TOO_LONG" if line is None else "WORKER_INVALID_LINE"
        result = answer(None, time.time_ns(), code, findings_in(line), None, None)
    # In ASCII: U+2028 and its like would end the line for some readers.
    return json.dumps({**result, **identity}, allow_nan=False).encode("ascii") + b"\n"


def findings_in(line):
    """What nobody sees in a line that is not a call."""
    if line is None or not line.startswith(codecs.BOM_UTF8):
        return []
    return [finding("", "INVALID_VALUE", "It begins with a byte order mark. Write UTF-8 without one.")]


def is_call(call):
    return isinstance(call, dict) and "context" in call and set(call) <= {"context", "request", "id", "permit"}


def parse(line):
    """A JSON value under the rules of the protocol: no duplicate name, no NaN, no lone surrogate. Else None."""
    try:
        value = json.loads(line.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
        canonical(value)
        return value
    except (ValueError, RecursionError):
        return None


def unique(pairs):
    members = dict(pairs)
    return members if len(members) == len(pairs) else refuse(pairs)


def refuse(_):
    raise ValueError("This is not JSON under the rules of the protocol.")


def read_lines(stream):
    """The lines of a stream; None for one that is too long, of which at most the limit is kept."""
    while line := stream.readline(MAX_LINE_LENGTH + 1):
        too_long = len(line) > MAX_LINE_LENGTH and not line.endswith(b"\n")
        while too_long and line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE_LENGTH)
        yield None if too_long else line


USAGE = 'Usage: one JSON argument {"context": …, "request": …}, or --stdio, --record or --help.'


def main(arguments, output):
    """Runs the program; returns its exit code."""
    [argument] = arguments if len(arguments) == 1 else [""]
    if argument == "--help":
        return write(output, f"{USAGE}\n".encode("utf-8"))
    if argument == "--record":
        return write(output, RECORD_FILE.read_bytes())
    if argument == "--stdio":
        for line in read_lines(sys.stdin.buffer):
            if line is None or line.strip():
                write(output, answer_line(line))
        return 0
    return run_once(os.fsencode(argument), output)


def run_once(argument, output):
    if not is_call(parse(argument)):
        print(USAGE, file=sys.stderr)
        return 2
    line = answer_line(argument)
    write(output, line)
    return 0 if json.loads(line)["status"] == "ok" else 1


def write(output, data):
    output.write(data)
    output.flush()
    return 0


if __name__ == "__main__":
    protocol_output = sys.stdout.buffer
    # Everything else that is printed goes to standard error: standard output carries only the lines.
    sys.stdout = sys.stderr
    try:
        sys.exit(main(sys.argv[1:], protocol_output))
    except BrokenPipeError:
        # The reader is gone; Python must not try to write the rest when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), protocol_output.fileno())
        sys.exit(1)
