"""Forms: ids and hashes (section 2), the published JSON Schemas, and the findings of an input (section 3)."""

import json
import math
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from wcp_json import canonical, utf16

Json = dict[str, Any]
SCHEMAS = Path(__file__).resolve().parents[3] / "spec" / "schemas"
KINDS = {"cap": "capability", "wrk": "worker_species", "ctrl": "control", "pol": "policy", "prof": "profile",
         "evt": "event"}
PRIVATE_FITS = ("private", "worker", "capability", "worker_species", "control", "policy", "profile")
ID = re.compile(r"(?:cap|wrk|org|x)(?:\.[a-z0-9-]+){1,3}|(?:ctrl|pol|prof|evt)(?:\.[a-z0-9_-]+){1,3}")
HASH = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


def load_schema(name: str) -> Json:
    """Read a published schema."""
    return json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))


def kind_of(text: Any) -> str | None:
    """Find the kind of an id by its first segment (2.2); None for what is no id."""
    if not isinstance(text, str) or len(text) > 64 or not ID.fullmatch(text):
        return None
    first, *others = text.split(".")
    return KINDS.get(first, "private" if len(others) > 1 else "authority")


def authority_of(text: str) -> str:
    """Return the authority namespace of an id: its first two segments (WCP-1-4)."""
    return ".".join(text.split(".")[:2])


def check_id(question: Json) -> Json:
    """The operation `check_id` (2.5)."""
    text, found = question.get("id"), kind_of(question.get("id"))
    asked = question.get("kind", found)
    valid = found is not None and (asked == found or found == "private" and asked in PRIVATE_FITS)
    return {
        "valid": valid,
        "kind": asked if isinstance(asked, str) else None,
        "canonical": text.replace("_", "-") if valid else None,
        "authority": authority_of(text) if valid and found in ("private", "authority") else None,
    }


def read_hash(value: Any) -> str | None:
    """Read a hash with or without its prefix (WCP-4.2-25 to 27); None where it is malformed."""
    match = HASH.fullmatch(value) if isinstance(value, str) else None
    return "sha256:" + match[1] if match else None


def is_text(value: Any) -> bool:
    """Tell whether a value is a string without lone surrogates."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def read_time(text: str) -> datetime:
    """Read a time of the form of facts, without its fraction; ValueError where it does not exist (WCP-4.4-2)."""
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
    if kind in ("integer", "number") and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        raise ValueError("out of range")
    if kind == "string":
        return conform_text(schema, value)
    if kind == "array":
        if len(value) < schema.get("minItems", 0):
            raise ValueError("too few items")
        return [conform(schema["items"], item) for item in value]
    return conform_object(schema, value) if kind == "object" else value


def conform_text(schema: Json, text: str) -> str:
    """Check a string, and write an id with hyphens (2.3) and a hash with its prefix (WCP-4.2-26)."""
    length = len(utf16(text)) // 2
    if not schema.get("minLength", 0) <= length <= schema.get("maxLength", length):
        raise ValueError("wrong length")
    if not re.fullmatch(schema.get("pattern", "(?s:.*)"), text):
        raise ValueError("wrong form")
    if schema.get("format") == "date-time":
        read_time(text)
    if "x-wcp-hash" in schema:
        return "sha256:" + text.removeprefix("sha256:")
    return text.replace("_", "-") if "x-wcp-id" in schema else text


def conform_object(schema: Json, value: Json) -> Json:
    """Check the members of an object."""
    others = schema.get("additionalProperties", True)
    forms, rest = schema["properties"], others if isinstance(others, dict) else {}
    if not value.keys() >= {*schema.get("required", [])} or len(value) < schema.get("minProperties", 0):
        raise ValueError("missing member")
    if others is False and not value.keys() <= forms.keys():
        raise ValueError("unknown member")
    return {name: conform(forms.get(name, rest), item) for name, item in value.items()}


def fits(schema: Json, value: Any) -> bool:
    """Tell whether a schema accepts a value."""
    try:
        conform(schema, value)
    except ValueError:
        return False
    return True


def sift(value: Any, path: str, level: int, refused: dict[str, str]) -> Any:
    """Copy a value with null in place of what is too deep or no JSON, and note the paths of that (3.2)."""
    if isinstance(value, (dict, list)) and level > 64:
        refused[path] = "TOO_DEEP"
    elif isinstance(value, list):
        return [sift(item, f"{path}/{index}", level + 1, refused) for index, item in enumerate(value)]
    elif isinstance(value, dict):
        if not all(map(is_text, value)):
            refused[path] = "NOT_JSON"  # for a name that no path can hold (WCP-3-33)
        return {name: sift(math.nan if name == "__proto__" else item, point(path, name), level + 1, refused)
                for name, item in value.items() if is_text(name)}
    elif isinstance(value, str) and not is_text(value) or isinstance(value, float) and not math.isfinite(value):
        refused[path] = "NOT_JSON"
    else:
        return value
    return None


def point(path: str, name: str) -> str:
    """Append a name to a JSON Pointer (WCP-3-35)."""
    return path + "/" + name.replace("~", "~0").replace("/", "~1")


def judge_members(schema: Json, value: Json, path: str) -> dict[str, str]:
    """Compare the members of an object with those that its schema lists."""
    found = {point(path, name): "MISSING_MEMBER" for name in schema.get("required", []) if name not in value}
    for name in filter(is_text, value):
        form = schema["properties"].get(name)
        if form is None:
            found[point(path, name)] = "UNKNOWN_MEMBER"
        elif not fits(form, value[name]):
            found[point(path, name)] = "INVALID_VALUE"
    return found


def judge_input(value: Any) -> list[tuple[str, str]]:
    """Return the findings of an input as pairs of path and code (3.3)."""
    if not isinstance(value, dict):
        return [("", "NOT_AN_OBJECT")]
    refused: dict[str, str] = {}
    if len(canonical(sift(value, "", 1, refused)).encode()) > 1_048_576:
        return [("", "TOO_LARGE")]
    found = judge_members(ROUTE_INPUT, value, "")
    if isinstance(value.get("blast_radius"), dict):
        found.pop("/blast_radius", None)
        found |= judge_members(ROUTE_INPUT["properties"]["blast_radius"], value["blast_radius"], "/blast_radius")
    pairs = {(shorten(path), code) for path, code in (found | refused).items()}
    return sorted(pairs, key=lambda pair: (utf16(pair[0]), pair[1]))[:100]


def shorten(path: str) -> str:
    """Give way to the nearest ancestor whose path is not too long (WCP-3-49)."""
    while len(utf16(path)) > 2 * 1024:
        path = path.rpartition("/")[0]
    return path


ROUTE_INPUT, FACTS = load_schema("route-input"), load_schema("facts")
FACTS["properties"]["now"]["format"] = "date-time"  # beside its form a time has to exist
