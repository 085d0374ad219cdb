"""Forms: ids (section 2), the published JSON Schemas, and the findings of an input (section 3)."""

import json
import math
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from wcp_json import Json, canonical, utf16

HERE = Path(__file__).resolve().parent
TABLES = json.loads((HERE / "tables.json").read_bytes())  # defaults, profiles and events, as data
SCHEMAS = {path.stem: json.loads(path.read_bytes()) for path in HERE.parents[2].glob("spec/schemas/*.json")}
FACTS, ROUTE_INPUT = SCHEMAS["facts"]["properties"], SCHEMAS["route-input"]["properties"]
FACTS["now"]["format"] = "date-time"  # a time must exist, not only have the form (WCP-4.4-2)
ID = re.compile(r"(?:cap|wrk|org|x)(?:\.[a-z0-9-]+){1,3}|(?:ctrl|pol|prof|evt)(?:\.[a-z0-9_-]+){1,3}")
TYPES = {"object": dict, "array": list, "string": str, "number": float, "integer": float, "boolean": bool,
         "null": type(None), None: object}
REFUSED = object()


def check_id(question: Json) -> Json:
    """The operation `check_id` (2.5)."""
    text, found = question.get("id"), None
    if isinstance(text, str) and len(text) <= 64 and ID.fullmatch(text):
        found = TABLES["kinds"].get(text.split(".")[0], "private" if text.count(".") > 1 else "authority")
    owned, asked = found in ("private", "authority"), question.get("kind", found)
    valid = found is not None and (asked == found or found == "private" and asked in TABLES["private_fits"])
    return {"valid": valid, "kind": asked if isinstance(asked, str) and is_json(asked) else None,
            "canonical": text.replace("_", "-") if valid else None,
            "authority": ".".join(text.split(".")[:2]) if valid and owned else None}


def is_json(value: str | float) -> bool:
    """Tell whether JSON can express a number, or a string that is not too long to check (3.2, WCP-3-39)."""
    if isinstance(value, float):
        return math.isfinite(value)
    return len(utf16(value)) > 2 * 1_048_576 or not re.search("[\ud800-\udfff]", value)


def read(schema: Json, value: Any, default: Any = None) -> Any:
    """Return what `conform` returns, or a default where the schema refuses the value."""
    try:
        return conform(schema, value)
    except ValueError:
        return default


def conform(schema: Json, value: Any) -> Any:
    """Return a value with its ids and hashes in canonical form; ValueError where the schema refuses it."""
    while "anyOf" in schema:
        fitting = (option for option in schema["anyOf"] if read(option, value, REFUSED) is not REFUSED)
        schema = next(fitting, {"enum": []})
    kind = schema.get("type")
    good = isinstance(value, TYPES[kind]) and value in schema.get("enum", [value])
    if good and kind in ("integer", "number"):
        good = is_json(value) and schema.get("minimum", value) <= value <= schema.get("maximum", value)
        good = good and (kind == "number" or value.is_integer())
    if good and kind == "string":
        good = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", math.inf)
        good = good and re.fullmatch(schema.get("pattern", "[^\ud800-\udfff]*"), value)
    good = good and (kind != "array" or len(value) >= schema.get("minItems", 0))
    if not good or value != schema.get("const", value):
        raise ValueError("wrong type or value")
    if "format" in schema:
        datetime.strptime(value[:19], "%Y-%m-%dT%H:%M:%S")
    if kind == "array":
        return [conform(schema["items"], item) for item in value]
    if kind == "object":
        return conform_members(schema, value)
    value = value.replace("_", "-") if "x-wcp-id" in schema else value
    return "sha256:" + value.removeprefix("sha256:") if "x-wcp-hash" in schema else value


def conform_members(schema: Json, value: Json) -> Json:
    """Return an object whose members conform; ValueError where one is missing or unknown."""
    forms, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    unknown = value.keys() - forms.keys()
    lacking = not value.keys() >= {*schema.get("required", [])} or len(value) < schema.get("minProperties", 0)
    if lacking or unknown and others is False or not all(map(is_json, unknown)):
        raise ValueError("missing or unknown member")
    others = {} if others is True else others
    for name in value if "propertyNames" in schema else []:
        conform(schema["propertyNames"], name)
    return {name: conform(forms.get(name, others), item) for name, item in value.items()}


def inspect(schema: Json, value: Any, path: str, level: int, found: dict[str, str]) -> Any:
    """Note what is wrong in a part of an input (3.3); return a copy with null where it is not JSON (3.2)."""
    schema = schema if value is None else schema.get("anyOf", [schema])[0]  # null may count as absent
    closed = schema.get("additionalProperties") is False  # the input itself and its blast_radius
    nested = isinstance(value, (dict, list))
    if nested and level > 64 or isinstance(value, (str, float)) and not is_json(value):
        found[path] = "TOO_DEEP" if nested else "NOT_JSON"
        return None
    if isinstance(value, dict) and not all(map(is_json, value)):
        found[path] = "NOT_JSON"  # one of its names stands in no path (WCP-3-33)
        return None
    if schema and read({"type": "object"} if closed else schema, value, REFUSED) is REFUSED:
        found[path] = "INVALID_VALUE"
    if isinstance(value, list):
        return [inspect({}, item, f"{path}/{index}", level + 1, found) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    found |= {f"{path}/{name}": "MISSING_MEMBER" for name in schema.get("required", []) if name not in value}
    copy, forms = {}, schema.get("properties", {})
    for name in value:
        place = path + "/" + name.replace("~", "~0").replace("/", "~1")
        if closed and name not in forms:
            found[place] = "UNKNOWN_MEMBER"
        item = math.nan if name == "__proto__" else value[name]  # refused like NaN (WCP-3-30)
        copy[name] = inspect(forms.get(name, {}), item, place, level + 1, found)
    return copy


def judge_input(value: Any) -> list[tuple[str, str]]:
    """Return the findings of an input as pairs of path and code (3.3)."""
    if not isinstance(value, dict):
        return [("", "NOT_AN_OBJECT")]
    found: dict[str, str] = {}
    text, pairs = canonical(inspect(SCHEMAS["route-input"], value, "", 1, found)), set()
    if len(text.encode("utf-8", "surrogatepass")) > 1_048_576:
        return [("", "TOO_LARGE")]
    for path, code in found.items():
        while len(utf16(path)) > 2 * 1024:  # give way to the nearest ancestor that fits (WCP-3-49)
            path = path.rpartition("/")[0]
        pairs.add((path, code))
    return sorted(pairs, key=lambda pair: (utf16(pair[0]), pair[1]))[:100]
