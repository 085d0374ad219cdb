"""The world: what the documents of a Hall compile to (sections 4.1, 4.2, 4.3 and 4.5)."""

from itertools import product
from typing import Any

from wcp_forms import SCHEMAS, TABLES, conform
from wcp_json import Json, digest, utf16, without


class World:
    """Everything that decisions are made in; broken where a document other than a record has an error."""

    def __init__(self, given: Json) -> None:
        documents = {name: given.get(name, default) for name, default in TABLES["documents"].items()}
        self.digest, self.config, self.broken = digest_documents(documents), read_config({}), True
        try:
            self.config = read_config(documents["config"])
            self.catalog = read_version(documents["catalog_version"])
            self.rules = read_rules(documents["rules"], self.catalog)
            self.workers = read_workers(documents["workers"])
        except (KeyError, ValueError):
            return
        self.dead_rules, self.broken = [finding["rule_id"] for finding in find_dead_rules(self.rules)], False


def digest_documents(documents: Json) -> str | None:
    """Hash the documents as they were given (4.5)."""
    rules, workers = documents["rules"], documents["workers"]
    if isinstance(rules, dict) and isinstance(rules.get("rules"), list):
        rules = rules["rules"]
    try:
        if isinstance(workers, list):
            workers = sorted(workers, key=lambda record: utf16(record.get("worker_id")))
        return digest(documents | {"rules": rules, "workers": workers})
    except (AttributeError, ValueError):  # a record is not an object, or something has no canonical JSON
        return None


def read_version(value: Any) -> tuple[int, ...]:
    """Read a catalog version (2.6)."""
    text = conform(SCHEMAS["registry-record"]["properties"]["catalog_version_min"], value)
    return tuple(int(part) for part in text.removeprefix("wcp-catalog@").split("."))


def read_config(document: Any) -> Json:
    """Read the configuration and let its profile change it (4.3)."""
    config = conform(SCHEMAS["hall-config"], document)
    budgets = config.get("x.budgets", [])
    if len({budget["budget_id"] for budget in budgets}) < len(budgets):
        raise ValueError("a budget_id occurs twice")
    profile = TABLES["profiles"][config.get("profile") or "none"]  # KeyError for an unknown one
    limits = TABLES["max_score"] | config.get("blast", {}).get("max_score", {})
    limits |= {env: min(limits[env], limit) for env, limit in profile.get("limits_at_most", {}).items()}
    limits |= {env: max(limits[env], limit) for env, limit in profile.get("limits_at_least", {}).items()}
    inner = {name: TABLES[name] | config.get(name, {}) for name in ("blast", "approval")}
    ceiling = TABLES["privilege_policy"] | config.get("privilege_policy", {})
    return TABLES["config"] | config | inner | ceiling | profile | {"limits": limits}


def read_rules(document: Any, catalog: tuple[int, ...] | None) -> list[Json]:
    """Read the rules (4.1); where no catalog version is given, only the form of a demanded one counts."""
    rules = conform(SCHEMAS["rules"], document)
    rules = rules["rules"] if isinstance(rules, dict) else rules
    demanded = [read_version(rule["decision"].get("catalog_version_min", "0.0.0")) for rule in rules]
    ids = {rule["rule_id"] for rule in rules}
    if len(ids) < len(rules) or catalog and max(demanded, default=catalog) > catalog:
        raise ValueError("a rule_id occurs twice, or the catalog is too old")
    return rules


def accepted(condition: Any) -> set[str]:
    """Return the values that a condition accepts, the empty set for every value (4.1, conditions)."""
    if isinstance(condition, str):
        return {condition}
    return {condition["eq"]} if "eq" in condition else set(condition.get("in", []))


def holds(conditions: Json, values: Json) -> bool:
    """Tell whether all conditions hold for the members of an input (WCP-4.1-18 and 27)."""
    return all(values[member] >= condition["gte"] if member == "blast_score"
               else values[member] in (accepted(condition) or {values[member]})
               for member, condition in conditions.items())


def find_dead_rules(rules: list[Json]) -> list[Json]:
    """Find the rules that earlier ones cover, by trying each kind of input (4.1, dead rules)."""
    findings, kinds = [], {}
    for member, values in TABLES["kinds_of_input"].items():
        named = set().union(*(accepted(rule["match"].get(member, {})) for rule in rules))
        kinds[member] = [*named, *[value for value in values if value not in named][:1]]
    for index, rule in enumerate(rules):
        own = [accepted(rule["match"].get(member, {})) or values for member, values in kinds.items()]
        inputs = (dict(zip(kinds, point)) for point in product(*own))
        first = {next(i for i, other in enumerate(rules) if holds(other["match"], point)) for point in inputs}
        if index not in first:
            covered_by = [rules[earlier]["rule_id"] for earlier in sorted(first)]
            findings.append({"code": "RULE_DEAD", "rule_id": rule["rule_id"], "covered_by": covered_by})
    return findings


def read_workers(document: Any) -> dict[str, Json]:
    """Enrol the records that verify; of two with one `worker_id` the later counts (4.2)."""
    workers = {}
    for record in conform({"type": "array", "items": {}}, document):
        try:
            worker = TABLES["record"] | conform(SCHEMAS["registry-record"], record)
            record_hash = digest(without(record, "artifact_hash"))
        except ValueError:
            continue
        authority = ".".join(worker["worker_id"].split(".")[:2])
        attested_by = worker["attestation"].get("attested_by", f"namespace-key@{authority}")
        stated = (worker["artifact_hash"], worker.get("owner", authority), attested_by)
        if stated == (record_hash, authority, f"namespace-key@{authority}"):
            radius = TABLES["blast_radius"] | worker.get("blast_radius", {})
            envelope = TABLES["envelope"] | worker["privilege_envelope"]
            declared = sum(TABLES["reversibility"].get(score, score) for score in radius.values())
            workers[worker["worker_id"]] = worker | {
                "authority": authority, "privilege_envelope": envelope, "declared_blast": declared}
    return workers
