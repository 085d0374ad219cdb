"""Forms: ids and hashes (section 2), the published JSON Schemas, and the findings of an input (section 3)."""

import json
import math
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from wcp_json import canonical, utf16

Json = dict[str, Any]
SCHEMAS = {path.stem: json.loads(path.read_text("utf-8"))
           for path in (Path(__file__).resolve().parents[3] / "spec" / "schemas").glob("*.json")}
FACTS, ROUTE_INPUT = SCHEMAS["facts"], SCHEMAS["route-input"]
FACTS["properties"]["now"]["format"] = "date-time"  # a time has not only its form, it exists (WCP-4.4-2)
KINDS = {"cap": "capability", "wrk": "worker_species", "ctrl": "control", "pol": "policy", "prof": "profile",
         "evt": "event"}
PRIVATE_FITS = ("private", "worker", "capability", "worker_species", "control", "policy", "profile")
ID = re.compile(r"(?:cap|wrk|org|x)(?:\.[a-z0-9-]+){1,3}|(?:ctrl|pol|prof|evt)(?:\.[a-z0-9_-]+){1,3}")
HASH = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


def check_id(question: Json) -> Json:
    """The operation `check_id` (2.5)."""
    text, found, segments = question.get("id"), None, []
    if isinstance(text, str) and len(text) <= 64 and ID.fullmatch(text):
        segments = text.split(".")
        found = KINDS.get(segments[0], "private" if len(segments) > 2 else "authority")
    asked = question.get("kind", found)
    valid = found is not None and (asked == found or found == "private" and asked in PRIVATE_FITS)
    return {"valid": valid, "kind": asked if isinstance(asked, str) else None,
            "canonical": text.replace("_", "-") if valid else None,
            "authority": ".".join(segments[:2]) if valid and found in ("private", "authority") else None}


def read_hash(value: Any) -> str | None:
    """Read a hash with or without its prefix (WCP-4.2-25 to 27); None where it is malformed."""
    match = HASH.fullmatch(value) if isinstance(value, str) else None
    return "sha256:" + match[1] if match else None


def is_text(value: Any) -> bool:
    """Tell whether a value is a string without lone surrogates."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def read_time(text: str) -> datetime:
    """Read a time but for its fraction; ValueError where it does not exist."""
    return datetime(*(int(part) for part in re.split("[-T:.Z]", text)[:6]))


TYPES = {
    "object": lambda value: isinstance(value, dict) and all(map(is_text, value)),
    "array": lambda value: isinstance(value, list),
    "string": is_text,
    "number": lambda value: isinstance(value, float) and math.isfinite(value),
    "integer": lambda value: isinstance(value, float) and value.is_integer(),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    None: lambda value: True,
}


def conform(schema: Json, value: Any) -> Any:
    """Return a value with its ids and hashes in canonical form; ValueError where the schema refuses it.

    This knows the keywords that the schemas of inputs and documents use, and no others.
    """
    while "anyOf" in schema:
        schema = next((option for option in schema["anyOf"] if fits(option, value)), {"enum": []})
    kind = schema.get("type")
    if not TYPES[kind](value) or value not in schema.get("enum", [value]) or value != schema.get("const", value):
        raise ValueError("wrong type or value")
    if kind == "object":
        return conform_object(schema, value)
    if kind == "string":
        return conform_text(schema, value)
    if kind == "array":
        value = [conform(schema["items"], item) for item in value]
    size = len(value) if kind == "array" else value if kind in ("integer", "number") else 0
    if not schema.get("minimum", schema.get("minItems", size)) <= size <= schema.get("maximum", size):
        raise ValueError("out of range")
    return value


def conform_text(schema: Json, text: str) -> str:
    """Check a string, and write an id with hyphens (2.3) and a hash with its prefix (WCP-4.2-26)."""
    length = len(utf16(text)) // 2
    right_length = schema.get("minLength", 0) <= length <= schema.get("maxLength", length)
    if not right_length or not re.fullmatch(schema.get("pattern", "(?s:.*)"), text):
        raise ValueError("wrong length or form")
    if "format" in schema:
        read_time(text)
    if "x-wcp-hash" in schema:
        return read_hash(text) or text
    return text.replace("_", "-") if "x-wcp-id" in schema else text


def conform_object(schema: Json, value: Json) -> Json:
    """Check the members of an object."""
    forms, others = schema["properties"], schema.get("additionalProperties", True)
    if not value.keys() >= {*schema.get("required", [])} or len(value) < schema.get("minProperties", 0):
        raise ValueError("missing member")
    if others is False and not value.keys() <= forms.keys():
        raise ValueError("unknown member")
    others = others if isinstance(others, dict) else {}
    return {name: conform(forms.get(name, others), item) for name, item in value.items()}


def fits(schema: Json, value: Any) -> bool:
    """Tell whether a schema accepts a value."""
    try:
        conform(schema, value)
    except ValueError:
        return False
    return True


def valid_member(schema: Json, value: Any, name: str) -> Any:
    """Return a member that is valid by itself, and None otherwise (WCP-3-60, WCP-4.4-20)."""
    member = value.get(name) if isinstance(value, dict) else None
    return member if fits(schema["properties"][name], member) else None


def inspect(schema: Json, value: Any, path: str, level: int, found: dict[str, str]) -> Any:
    """Note what is wrong in a part of an input (3.3); return a copy with null for what is no JSON (3.2)."""
    closed = schema.get("additionalProperties") is False  # the input itself and its blast_radius
    if isinstance(value, (dict, list)) and level > 64:
        found[path] = "TOO_DEEP"
        return None
    if isinstance(value, str) and not is_text(value) or isinstance(value, float) and not math.isfinite(value):
        found[path] = "NOT_JSON"
        return None
    if not fits({"type": "object", "properties": {}} if closed else schema, value):
        found[path] = "INVALID_VALUE"
    if isinstance(value, list):
        return [inspect({}, item, f"{path}/{index}", level + 1, found) for index, item in enumerate(value)]
    return inspect_object(schema, value, path, level, found) if isinstance(value, dict) else value


def inspect_object(schema: Json, value: Json, path: str, level: int, found: dict[str, str]) -> Json:
    """Note what is wrong with the members of an object."""
    copy, forms = {}, schema.get("properties", {})
    found |= {f"{path}/{name}": "MISSING_MEMBER" for name in schema.get("required", []) if name not in value}
    for name, item in value.items():
        place = path + "/" + name.replace("~", "~0").replace("/", "~1")
        if not is_text(name):
            found[path] = "NOT_JSON"
            continue
        if schema.get("additionalProperties") is False and name not in forms:
            found[place] = "UNKNOWN_MEMBER"
        copy[name] = inspect(forms.get(name, {}), math.nan if name == "__proto__" else item, place, level + 1, found)
    return copy


def judge_input(value: Any) -> list[tuple[str, str]]:
    """Return the findings of an input as pairs of path and code (3.3)."""
    if not isinstance(value, dict):
        return [("", "NOT_AN_OBJECT")]
    found: dict[str, str] = {}
    if len(canonical(inspect(ROUTE_INPUT, value, "", 1, found)).encode()) > 1_048_576:
        return [("", "TOO_LARGE")]
    pairs = set()
    for path, code in found.items():
        while len(utf16(path)) > 2 * 1024:
            path = path.rpartition("/")[0]
        pairs.add((path, code))
    return sorted(pairs, key=lambda pair: (utf16(pair[0]), pair[1]))[:100]
