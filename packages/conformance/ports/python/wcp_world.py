"""The world: what the documents of a Hall compile to (sections 4.1, 4.2, 4.3 and 4.5)."""

import json
from itertools import product
from pathlib import Path
from typing import Any

from wcp_forms import conform, load_schema
from wcp_json import hash_json, utf16

ENUMS = {
    "env": {"dev", "stage", "prod", "edge"},
    "qos_class": {"P0", "P1", "P2", "P3"},
    "data_label": {"PUBLIC", "INTERNAL", "RESTRICTED"},
    "tenant_risk": {"low", "medium", "high"},
}
DEMANDS = ("require_signatory", "require_credential", "require_worker_attestation", "enforce_privilege_envelopes")
LIMITS = {"dev": 25, "stage": 15, "prod": 10, "edge": 10}
DIMENSIONS = ("data", "network", "financial", "time", "reversibility")
REVERSIBILITY = {"reversible": 0, "partially-reversible": 2, "difficult": 4, "irreversible": 5}
PROFILES = json.loads((Path(__file__).parent / "profiles.json").read_text("utf-8"))
CONFIG, RULES, RECORD = (load_schema(name) for name in ("hall-config", "rules", "registry-record"))


class World:
    """Everything that decisions are made in; broken where a document other than a record has an error."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.digest = world_digest(given)
        self.config = read_config({})
        self.broken = True
        try:
            self.config = read_config(given.get("config", {}))
            self.catalog = read_version(given.get("catalog_version", "1.0.0"))
            self.rules = read_rules(given.get("rules", []), self.catalog)
            self.workers = read_workers(given.get("workers", []))
        except ValueError:
            return
        self.broken = False
        self.dead_rules = [finding["rule_id"] for finding in find_dead_rules(self.rules)]


def world_digest(given: dict[str, Any]) -> str | None:
    """Hash the documents as they were given (4.5)."""
    rules, workers = given.get("rules", []), given.get("workers", [])
    if isinstance(rules, dict) and isinstance(rules.get("rules"), list):
        rules = rules["rules"]
    if isinstance(workers, list):
        if not all(isinstance(record, dict) for record in workers):
            return None
        ids = [record.get("worker_id") for record in workers]
        keys = [utf16(text) if isinstance(text, str) else b"" for text in ids]
        workers = [workers[index] for index in sorted(range(len(keys)), key=keys.__getitem__)]
    config, catalog_version = given.get("config", {}), given.get("catalog_version", "1.0.0")
    try:
        return hash_json({"catalog_version": catalog_version, "config": config, "rules": rules, "workers": workers})
    except ValueError:
        return None


def read_version(value: Any) -> tuple[int, ...]:
    """Read a catalog version (2.6)."""
    text = conform(RECORD["properties"]["catalog_version_min"], value)
    return tuple(int(part) for part in text.removeprefix("wcp-catalog@").split("."))


def read_config(document: Any) -> dict[str, Any]:
    """Read the configuration and let its profile change it (4.3)."""
    config = conform(CONFIG, document)
    if config.get("profile") not in (None, *PROFILES):
        raise ValueError("unknown profile")
    profile = PROFILES.get(config.get("profile"), {})
    limits = LIMITS | config.get("blast", {}).get("max_score", {})
    limits |= {env: min(limits[env], limit) for env, limit in profile.get("limits_at_most", {}).items()}
    limits |= {env: max(limits[env], limit) for env, limit in profile.get("limits_at_least", {}).items()}
    demands = {name: config.get(name, False) or profile.get("strict", False) for name in DEMANDS}
    config = {"policy_version": "policy.v0", "allowed_tenants": [], "trusted_authorities": None, **config}
    return config | demands | {"limits": limits, "posture": profile}


def read_rules(document: Any, catalog: tuple[int, ...] | None) -> list[dict[str, Any]]:
    """Read the rules (4.1); without a catalog version only the form of the demanded one is checked."""
    rules = conform(RULES, document)
    rules = rules["rules"] if isinstance(rules, dict) else rules
    if len({rule["rule_id"] for rule in rules}) < len(rules):
        raise ValueError("duplicate rule_id")
    for rule in rules:
        if catalog and read_version(rule["decision"].get("catalog_version_min", "0.0.0")) > catalog:
            raise ValueError("the catalog is too old")
    return rules


def accepted(condition: Any) -> set[str] | None:
    """Return the values that a condition accepts, None for every value (4.1, conditions)."""
    if isinstance(condition, str):
        return {condition}
    return {condition["eq"]} if "eq" in condition else set(condition.get("in", [])) or None


def holds(conditions: dict[str, Any], route_input: dict[str, Any], blast_score: float = 0) -> bool:
    """Tell whether all conditions hold for an input (WCP-4.1-18 and 27)."""
    for member, condition in conditions.items():
        if member == "blast_score":
            if blast_score < condition["gte"]:
                return False
        elif route_input[member] not in (accepted(condition) or [route_input[member]]):
            return False
    return True


def find_dead_rules(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Find the rules that earlier rules cover (4.1, dead rules)."""
    matches = [{member: accepted(condition) for member, condition in rule["match"].items()} for rule in rules]
    universe: dict[str, set[str]] = dict(ENUMS)
    for member in ("capability_id", "tenant_id"):
        universe[member] = {"any other"}.union(*(match.get(member) or () for match in matches))
    boxes = []
    for match in matches:
        sets = {member: match.get(member) or values for member, values in universe.items()}
        cells = set(product(*(sets[member] for member in ENUMS)))
        boxes.append((set(product(sets["capability_id"], sets["tenant_id"])), cells))
    covers = [(rule["rule_id"], find_cover(boxes, index)) for index, rule in enumerate(rules)]
    return [{"code": "RULE_DEAD", "rule_id": rule_id, "covered_by": [rules[index]["rule_id"] for index in cover]}
            for rule_id, cover in covers if cover is not None]


def find_cover(boxes: list[tuple[set[Any], set[Any]]], index: int) -> list[int] | None:
    """Return the earlier rules that take inputs of a rule before it; None where one input is left to it."""
    cover = set()
    pairs, cells = boxes[index]
    for pair in pairs:
        left = cells
        for earlier, (earlier_pairs, earlier_cells) in enumerate(boxes[:index]):
            if pair in earlier_pairs and not left.isdisjoint(earlier_cells):
                cover.add(earlier)
                left = left - earlier_cells
        if left:
            return None
    return sorted(cover)


def record_hash(record: dict[str, Any]) -> str:
    """Hash a record as it was given (WCP-4.2-21)."""
    return hash_json({name: value for name, value in record.items() if name != "artifact_hash"})


def read_workers(document: Any) -> dict[str, dict[str, Any]]:
    """Enrol the records that verify, by `worker_id`; a later one replaces an earlier one (4.2)."""
    if not isinstance(document, list):
        raise ValueError("no list of records")
    workers = {}
    for record in document:
        try:
            worker = read_record(record)
        except ValueError:
            continue
        workers[worker["worker_id"]] = worker
    return workers


def read_record(record: Any) -> dict[str, Any]:
    """Read one record; ValueError where it does not verify."""
    worker = conform(RECORD, record)
    authority = ".".join(worker["worker_id"].split(".")[:2])
    attested_by = worker.get("attestation", {}).get("attested_by")
    if worker["artifact_hash"] != record_hash(record):
        raise ValueError("wrong artifact_hash")
    if worker.get("owner", authority) != authority or attested_by not in (None, f"namespace-key@{authority}"):
        raise ValueError("wrong authority")
    radius = worker.get("blast_radius", {})
    scores = [radius.get(dimension, 5) for dimension in DIMENSIONS]
    declared = sum(REVERSIBILITY.get(score, score) for score in scores)
    return worker | {"authority": authority, "declared_blast": declared}
