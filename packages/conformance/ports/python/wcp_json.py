"""JSON as the protocol defines it (section 8.1): strict parser, canonical form, hashes."""

import hashlib
import json
from decimal import Decimal
from typing import Any

Json = dict[str, Any]


def to_number(text: str) -> float:
    """Read a number, always as a float: JSON has one type of number. 1e400 is infinite and refused later."""
    if not text.isascii():
        raise ValueError("a digit that JSON does not have")
    return float(text)


def to_object(pairs: list[tuple[str, Any]]) -> Json:
    """Make an object; a name that occurs twice is an error (WCP-8-2)."""
    if len(members := dict(pairs)) < len(pairs):
        raise ValueError("duplicate member name")
    return members


DECODER = json.JSONDecoder(
    object_pairs_hook=to_object, parse_int=to_number, parse_float=to_number, parse_constant=to_number)
# The scanner in C has a depth limit of its own; the one in Python obeys sys.setrecursionlimit.
DECODER.scan_once = json.scanner.py_make_scanner(DECODER)  # type: ignore[attr-defined]
parse = DECODER.decode


def utf16(text: Any) -> bytes:
    """Return UTF-16 code units, in which strings are ordered and measured (WCP-11-7)."""
    return text.encode("utf-16-be", "surrogatepass") if isinstance(text, str) else b""


def canonical(value: Any) -> str:
    """Write canonical JSON (WCP-8-1); ValueError where a number has none."""
    if isinstance(value, dict):
        members = [f"{canonical(name)}:{canonical(value[name])}" for name in sorted(value, key=utf16)]
        return "{" + ",".join(members) + "}"  # of a list: join with a generator would recurse on the C stack
    if isinstance(value, list):
        return "[" + ",".join([canonical(item) for item in value]) + "]"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return json.dumps(value, ensure_ascii=False)
    number = Decimal(repr(float(value) or 0.0)).normalize()  # in ECMAScript's notation (RFC 8785, 3.2.2.3)
    if not number.is_finite():
        raise ValueError("no finite number")
    exponent = number.adjusted()
    return f"{number:f}" if -7 < exponent < 21 else f"{number.scaleb(-exponent):f}e{exponent:+d}"


def without(document: Any, *names: str) -> Json:
    """Return an object without some of its members; ValueError for anything but an object (WCP-11-29)."""
    if not isinstance(document, dict):
        raise ValueError("no object")
    return {name: value for name, value in document.items() if name not in names}


def digest(value: Any) -> str:
    """Hash a text, or the canonical JSON of any other value (WCP-8-7); ValueError where there is none."""
    text = value if isinstance(value, str) else canonical(value)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
