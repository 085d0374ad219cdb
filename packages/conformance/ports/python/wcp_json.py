"""JSON as the protocol counts it (section 8.1): strict parser, canonical form, hash.

Every number of a parsed text is a float: JSON has one type of number, and `True` is none.
"""

import hashlib
import json
import math
from decimal import Decimal
from typing import Any


def to_number(text: str) -> float:
    """Read a number; 1e400 becomes an infinity, which is refused where it stands (WCP-3-28, WCP-8-4)."""
    if not text.isascii():
        raise ValueError("a digit that JSON does not have")
    return float(text)


def to_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; a name that occurs twice is an error (WCP-8-2)."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("duplicate member name")
    return members


def no_constant(name: str) -> None:
    """Refuse NaN and Infinity, which Python's parser would read."""
    raise ValueError(f"{name} is not JSON")


DECODER = json.JSONDecoder(
    object_pairs_hook=to_object, parse_int=to_number, parse_float=to_number, parse_constant=no_constant
)
# The scanner in C has a depth limit of its own; the one in Python obeys sys.setrecursionlimit.
DECODER.scan_once = json.scanner.py_make_scanner(DECODER)  # type: ignore[attr-defined]


def parse(text: str) -> Any:
    """Parse one JSON text; ValueError where it is none."""
    return DECODER.decode(text)


def utf16(text: str) -> bytes:
    """Return UTF-16 code units, by which strings are ordered and measured (WCP-11-7)."""
    return text.encode("utf-16-be", "surrogatepass")


def write_number(value: float) -> str:
    """Write a number as ECMAScript does (RFC 8785, section 3.2.2.3)."""
    if not math.isfinite(value):
        raise ValueError("no finite number")
    if value == 0:
        return "0"
    sign, numerals, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    digits = "".join(map(str, numerals))
    point = len(digits) + exponent  # where the decimal point stands among the digits
    if 0 < point <= 21:
        text = digits[:point].ljust(point, "0") + ("." + digits[point:] if digits[point:] else "")
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        text = digits[0] + ("." + digits[1:] if digits[1:] else "") + f"e{point - 1:+d}"
    return "-" * sign + text


def canonical(value: Any) -> str:
    """Write canonical JSON (WCP-8-1); ValueError for a number or, once encoded, a text that has none."""
    if isinstance(value, dict):
        names = sorted(value, key=utf16)
        return "{" + ",".join([canonical(name) + ":" + canonical(value[name]) for name in names]) + "}"
    if isinstance(value, list):
        return "[" + ",".join([canonical(item) for item in value]) + "]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return write_number(value)
    return json.dumps(value, ensure_ascii=False)  # a text, true, false or null


def sha256(data: bytes) -> str:
    """Hash bytes, written as in WCP-8-7."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def hash_json(value: Any) -> str:
    """Hash the canonical JSON of a value; ValueError where it has none, as with a lone surrogate."""
    return sha256(canonical(value).encode("utf-8"))
