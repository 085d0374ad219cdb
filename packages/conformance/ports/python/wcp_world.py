"""The world: what the documents of a Hall compile to (sections 4.1, 4.2, 4.3 and 4.5)."""

import json
from itertools import product
from pathlib import Path
from typing import Any

from wcp_forms import Json, authority_of, conform, load_schema
from wcp_json import canonical, sha256, utf16

TABLES = json.loads((Path(__file__).parent / "tables.json").read_text("utf-8"))
CONFIG, RULES, RECORD = (load_schema(name) for name in ("hall-config", "rules", "registry-record"))
DOCUMENTS = {"catalog_version": "1.0.0", "config": {}, "rules": [], "workers": []}
ENUMS = {"env": ["dev", "stage", "prod", "edge"], "qos_class": ["P0", "P1", "P2", "P3"],
         "data_label": ["PUBLIC", "INTERNAL", "RESTRICTED"], "tenant_risk": ["low", "medium", "high"]}


class World:
    """Everything that decisions are made in; broken where a document other than a record has an error."""

    def __init__(self, given: Json) -> None:
        documents = {name: given.get(name, default) for name, default in DOCUMENTS.items()}
        self.digest, self.config, self.broken = world_digest(documents), read_config({}), True
        try:
            self.config = read_config(documents["config"])
            self.catalog = read_version(documents["catalog_version"])
            self.rules = read_rules(documents["rules"], self.catalog)
            self.workers = read_workers(documents["workers"])
            self.broken = False
        except ValueError:
            return
        self.dead_rules = [finding["rule_id"] for finding in find_dead_rules(self.rules)]


def world_digest(documents: Json) -> str | None:
    """Hash the documents as they were given (4.5)."""
    rules, workers = documents["rules"], documents["workers"]
    if isinstance(rules, dict) and isinstance(rules.get("rules"), list):
        rules = rules["rules"]
    if isinstance(workers, list):
        if not all(isinstance(record, dict) for record in workers):
            return None
        workers = sorted(workers, key=lambda record: utf16(text_or_empty(record.get("worker_id"))))
    try:
        return sha256(canonical(documents | {"rules": rules, "workers": workers}))
    except ValueError:
        return None


def read_version(value: Any) -> tuple[int, ...]:
    """Read a catalog version (2.6)."""
    text = conform(RECORD["properties"]["catalog_version_min"], value)
    return tuple(int(part) for part in text.removeprefix("wcp-catalog@").split("."))


def read_config(document: Any) -> Json:
    """Read the configuration and let its profile change it (4.3)."""
    config = conform(CONFIG, document)
    profile = TABLES["profiles"].get(config.get("profile", "none"))
    if profile is None:
        raise ValueError("unknown profile")
    limits = TABLES["limits"] | config.get("blast", {}).get("max_score", {})
    limits |= {env: min(limits[env], limit) for env, limit in profile.get("limits_at_most", {}).items()}
    limits |= {env: max(limits[env], limit) for env, limit in profile.get("limits_at_least", {}).items()}
    demands = {name: True for name in profile.get("demands", [])}
    return TABLES["config"] | config | demands | {"limits": limits, "posture": profile}


def read_rules(document: Any, catalog: tuple[int, ...] | None) -> list[Json]:
    """Read the rules (4.1); where no catalog version is given, only the form of a demanded one counts."""
    rules = conform(RULES, document)
    rules = rules["rules"] if isinstance(rules, dict) else rules
    if len({rule["rule_id"] for rule in rules}) < len(rules):
        raise ValueError("duplicate rule_id")
    demanded = [read_version(rule["decision"].get("catalog_version_min", "0.0.0")) for rule in rules]
    if catalog and max(demanded, default=catalog) > catalog:
        raise ValueError("the catalog is too old")
    return rules


def accepted(condition: Any) -> set[str]:
    """Return the values that a condition accepts, the empty set for every value (4.1, conditions)."""
    if isinstance(condition, str):
        return {condition}
    return {condition["eq"]} if "eq" in condition else set(condition.get("in", []))


def holds(conditions: Json, values: Json) -> bool:
    """Tell whether all conditions hold for the members of an input (WCP-4.1-18 and 27)."""
    for member, condition in conditions.items():
        if member == "blast_score" and values[member] < condition["gte"]:
            return False
        if member != "blast_score" and values[member] not in (accepted(condition) or {values[member]}):
            return False
    return True


def find_dead_rules(rules: list[Json]) -> list[Json]:
    """Find the rules that earlier ones cover, by trying each kind of input (4.1, dead rules)."""
    kinds = {}
    for member, values in (ENUMS | {"capability_id": ["any other"], "tenant_id": ["any other"]}).items():
        named = set().union(*(accepted(rule["match"].get(member, {})) for rule in rules))
        kinds[member] = [*named, *[value for value in values if value not in named][:1]]
    covers: list[set[int]] = [set() for _ in rules]
    for point in product(*kinds.values()):
        route_input = dict(zip(kinds, point))
        takers = [index for index, rule in enumerate(rules) if holds(rule["match"], route_input)]
        for index in takers:
            covers[index].add(takers[0])
    return [{"code": "RULE_DEAD", "rule_id": rules[index]["rule_id"],
             "covered_by": [rules[first]["rule_id"] for first in sorted(cover)]}
            for index, cover in enumerate(covers) if index not in cover]


def read_workers(document: Any) -> dict[str, Json]:
    """Enrol the records that verify by `worker_id`; a later one replaces an earlier one (4.2)."""
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


def read_record(record: Any) -> Json:
    """Read one record; ValueError where it does not verify."""
    worker = conform(RECORD, record)
    authority = authority_of(worker["worker_id"])
    attested_by = worker.get("attestation", {}).get("attested_by")
    if worker["artifact_hash"] != hash_without(record, "artifact_hash"):
        raise ValueError("wrong artifact_hash")
    if worker.get("owner", authority) != authority or attested_by not in (None, f"namespace-key@{authority}"):
        raise ValueError("wrong authority")
    return TABLES["record"] | worker | {"authority": authority, "declared_blast": declared_blast(worker)}


def declared_blast(worker: Json) -> float:
    """Return the blast score that a record declares (WCP-5.12-1)."""
    radius = TABLES["blast_radius"] | worker.get("blast_radius", {})
    return sum(TABLES["reversibility"].get(score, score) for score in radius.values())
