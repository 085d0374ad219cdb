"""Forms: ids and hashes (section 2), the JSON Schemas of the protocol, and what is wrong with an input (3)."""

import json
import math
import re
from pathlib import Path
from typing import Any

from wcp_json import canonical, utf16

SCHEMA_DIRECTORY = Path(__file__).resolve().parents[3] / "spec" / "schemas"
KINDS = {"cap": "capability", "wrk": "worker_species", "ctrl": "control", "pol": "policy", "prof": "profile",
         "evt": "event"}
PRIVATE_STANDS_FOR = ("private", "worker", "capability", "worker_species", "control", "policy", "profile")
ID = re.compile(r"(?:(?:cap|wrk|org|x)(?:\.[a-z0-9-]+){1,3}|(?:ctrl|pol|prof|evt)(?:\.[a-z0-9_-]+){1,3})")
HASH = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
MAX_LEVEL, MAX_BYTES, MAX_PATH, MAX_FINDINGS = 64, 1_048_576, 1024, 100


def load_schema(name: str) -> Any:
    """Read one of the published schemas."""
    return json.loads((SCHEMA_DIRECTORY / f"{name}.json").read_text("utf-8"))


def kind_of(text: Any) -> str | None:
    """Find the kind of an id by its first segment (2.2); None for what is no id."""
    if not isinstance(text, str) or len(text) > 64 or not ID.fullmatch(text):
        return None
    first, *others = text.split(".")
    return KINDS.get(first, "private" if len(others) > 1 else "authority")


def check_id(question: dict[str, Any]) -> dict[str, Any]:
    """The operation `check_id` (2.5)."""
    text, asked = question.get("id"), question.get("kind")
    found = kind_of(text)
    valid = found is not None
    if valid and "kind" in question:
        valid = asked == found or found == "private" and asked in PRIVATE_STANDS_FOR
    return {
        "valid": valid,
        "kind": (asked if isinstance(asked, str) else None) if "kind" in question else found,
        "canonical": text.replace("_", "-") if valid else None,
        "authority": ".".join(text.split(".")[:2]) if valid and found in ("private", "authority") else None,
    }


def read_hash(value: Any) -> str | None:
    """Read a hash with or without its prefix (WCP-4.2-25 to 27); None where it is malformed."""
    match = HASH.fullmatch(value) if isinstance(value, str) else None
    return "sha256:" + match[1] if match else None


def is_text(value: Any) -> bool:
    """Tell whether a value is a string without lone surrogates."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


IS_OF_TYPE = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": is_text,
    "number": lambda value: isinstance(value, float) and math.isfinite(value),
    "integer": lambda value: isinstance(value, float) and value.is_integer(),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def conform(schema: dict[str, Any], value: Any) -> Any:
    """Return a value with its ids and hashes in canonical form; ValueError where it breaks the schema.

    This knows the keywords that the schemas of inputs and documents use, and no others.
    """
    if "anyOf" in schema:
        return conform_to_any(schema["anyOf"], value)
    if "type" in schema and not IS_OF_TYPE[schema["type"]](value):
        raise ValueError("wrong type")
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        raise ValueError("unknown value")
    if isinstance(value, str):
        return conform_text(schema, value)
    if isinstance(value, float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        raise ValueError("out of range")
    if isinstance(value, list) and "items" in schema:
        if len(value) < schema.get("minItems", 0):
            raise ValueError("too few items")
        return [conform(schema["items"], item) for item in value]
    return conform_object(schema, value) if isinstance(value, dict) and "properties" in schema else value


def conform_to_any(schemas: list[dict[str, Any]], value: Any) -> Any:
    """Return the value as the first schema that it satisfies reads it."""
    for schema in schemas:
        try:
            return conform(schema, value)
        except ValueError:
            continue
    raise ValueError("no form fits")


def conform_text(schema: dict[str, Any], text: str) -> str:
    """Check a string, and write an id with hyphens (2.3) and a hash with its prefix (WCP-4.2-26)."""
    if not schema.get("minLength", 0) <= len(utf16(text)) // 2 <= schema.get("maxLength", math.inf):
        raise ValueError("wrong length")
    if "pattern" in schema and not re.fullmatch(schema["pattern"], text):
        raise ValueError("wrong form")
    if "x-wcp-hash" in schema:
        return read_hash(text) or text
    return text.replace("_", "-") if "x-wcp-id" in schema else text


def conform_object(schema: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """Check the members of an object."""
    if not all(name in value for name in schema.get("required", [])) or len(value) < schema.get("minProperties", 0):
        raise ValueError("missing member")
    others = schema.get("additionalProperties", True)
    if others is False and any(name not in schema["properties"] for name in value):
        raise ValueError("unknown member")
    other_schema = others if isinstance(others, dict) else {}
    return {name: conform(schema["properties"].get(name, other_schema), item) for name, item in value.items()}


def fits(schema: dict[str, Any], value: Any) -> bool:
    """Tell whether a value satisfies a schema."""
    try:
        conform(schema, value)
    except ValueError:
        return False
    return True


def point(path: str, name: str) -> str:
    """Append a name to a JSON Pointer (WCP-3-35)."""
    return path + "/" + name.replace("~", "~0").replace("/", "~1")


def sift(value: Any, path: str, level: int, found: dict[str, str]) -> Any:
    """Copy a value with null in place of what is too deep or no JSON, and note where that is (3.2)."""
    if isinstance(value, (dict, list)) and level > MAX_LEVEL:
        found[path] = "TOO_DEEP"
    elif isinstance(value, dict):
        return sift_object(value, path, level, found)
    elif isinstance(value, list):
        return [sift(item, f"{path}/{index}", level + 1, found) for index, item in enumerate(value)]
    elif isinstance(value, str) and not is_text(value) or isinstance(value, float) and not math.isfinite(value):
        found[path] = "NOT_JSON"
    else:
        return value
    return None


def sift_object(value: dict[str, Any], path: str, level: int, found: dict[str, str]) -> dict[str, Any]:
    """Copy an object; a name that is no text is noted at the object itself and left out (WCP-3-33)."""
    copy: dict[str, Any] = {}
    for name, item in value.items():
        if not is_text(name):
            found[path] = "NOT_JSON"
        elif name == "__proto__":
            found[point(path, name)] = "NOT_JSON"
            copy[name] = None
        else:
            copy[name] = sift(item, point(path, name), level + 1, found)
    return copy


def judge_members(schema: dict[str, Any], value: dict[str, Any], path: str) -> dict[str, str]:
    """Compare the members of an object with those that its schema lists."""
    forms = schema["properties"]
    found = {point(path, name): "MISSING_MEMBER" for name in schema.get("required", []) if name not in value}
    for name in filter(is_text, value):
        if name not in forms:
            found[point(path, name)] = "UNKNOWN_MEMBER"
        elif not fits(forms[name], value[name]):
            found[point(path, name)] = "INVALID_VALUE"
    return found


def judge_input(value: Any) -> list[tuple[str, str]]:
    """Return the findings of an input as pairs of path and code (3.3)."""
    if not isinstance(value, dict):
        return [("", "NOT_AN_OBJECT")]
    refused: dict[str, str] = {}
    if len(canonical(sift(value, "", 1, refused)).encode("utf-8")) > MAX_BYTES:
        return [("", "TOO_LARGE")]
    found = judge_members(ROUTE_INPUT, value, "")
    if isinstance(value.get("blast_radius"), dict):
        found |= judge_members(BLAST_RADIUS, value["blast_radius"], "/blast_radius")
    found |= refused  # such a value has no second finding (WCP-3-42)
    pairs = {(shorten(path), code) for path, code in found.items()}
    return sorted(pairs, key=lambda pair: (utf16(pair[0]), pair[1]))[:MAX_FINDINGS]


def shorten(path: str) -> str:
    """Give way to the nearest ancestor whose path is not too long (WCP-3-49)."""
    while len(utf16(path)) // 2 > MAX_PATH:
        path = path.rpartition("/")[0]
    return path


ROUTE_INPUT = load_schema("route-input")
BLAST_RADIUS = ROUTE_INPUT["properties"]["blast_radius"]
ROUTE_INPUT["properties"]["blast_radius"] = {"type": "object"}  # its members have findings of their own
