"""A port of the Worker Class Protocol: the decision (section 5) and the line protocol (section 11)."""

import hashlib
import re
import sys
from datetime import timedelta
from typing import Any, Callable

from wcp_forms import FACTS, ROUTE_INPUT, Json, check_id, conform, fits, judge_input, read_hash, read_time
from wcp_json import canonical, hash_json, hash_without, parse, sha256
from wcp_world import TABLES, World, find_dead_rules, holds, read_rules, read_version

ECHOED = ("correlation_id", "tenant_id", "capability_id", "env", "data_label", "tenant_risk", "qos_class", "dry_run")
UNHASHED = ("decision_id", "timestamp", "decided_at", "pending_approval_id", "approval_expires_at",
            "telemetry_envelopes")
COMMON = ("timestamp", "correlation_id", "tenant_id", "capability_id", "decision_id")
SKIP_REASONS = ("not_enrolled", "capability_not_declared", "untrusted_authority", "env_not_allowed",
                "catalog_incompatible", "unavailable", "missing_controls")
LEVELS = ("advisory", "gatekeeper", "executor", "incident_commander")
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Denial(Exception):
    """Ends a decision with a deny code and the further members of its reason (6.4)."""

    def __init__(self, code: str, **members: Any) -> None:
        self.reason = {"code": code, "message": f"The request is denied with {code}."} | members


def require(condition: Any, code: str, **members: Any) -> None:
    """Deny unless a condition holds."""
    if not condition:
        raise Denial(code, **members)


class Case:
    """One decision in the making: its arguments and the members that its steps have set."""

    def __init__(self, given: Json, route_input: Any) -> None:
        self.world, self.facts, self.received = World(given), given.get("facts"), route_input
        self.config, self.input = self.world.config, route_input if isinstance(route_input, dict) else {}
        self.guarded = self.input.get("env") in ("prod", "edge")
        self.worker: Json | None = None
        self.verdict: Json | None = None
        self.reasons: list[Json] = []
        echo = {name: self.input.get(name) for name in ECHOED if fits(ROUTE_INPUT["properties"][name], self.input.get(name))}
        ...

    def decide(self) -> Json:
        """Make the steps in their order; the first that fails denies (section 5)."""
        try:
            self.check_input()
            self.check_hall()
            self.match_rule()
            self.select_worker()
            self.check_code()
            self.check_envelope()
            self.score_blast()
            self.ask_gate()
            self.ask_rule()
            self.conclude()
        except Denial as denial:
            self.deny(denial)
        except Exception:
            self.deny(Denial("DENY_INTERNAL_ERROR"))
        ...

    def check_input(self) -> None:
        """Step 1: the input is valid (5.1)."""
        findings = judge_input(self.received)
        wrong = {path for path, _ in findings}
        blank = {f"/{name}" for name in ("tenant_id", "correlation_id")
                 if isinstance(self.input.get(name), str) and not self.input[name].strip(" \t\n\r")}
        if wrong and wrong <= blank:
            raise Denial("DENY_MISSING_TENANT_ID" if "/tenant_id" in wrong else "DENY_MISSING_CORRELATION_ID")
        texts = [{"path": path, "code": code, "message": f"This is {code}."} for path, code in findings]
        require(not texts, "DENY_INVALID_INPUT", findings=texts)
        self.decision["artifact_hash"] = hash_json(self.input.get("request", {}))

    def check_hall(self) -> None:
        """Steps 2 to 7: the world, the facts, tenant, credential, policy version and dead rules."""
        config, tenant = self.config, self.input["tenant_id"]
        require(not self.world.broken, "DENY_HALL_MISCONFIGURED")
        require(fits(FACTS, self.facts), "DENY_INTERNAL_ERROR")
        self.facts = TABLES["facts"] | conform(FACTS, self.facts)
        require(self.facts["frozen"] is None, "DENY_FROZEN")
        known = tenant in config["allowed_tenants"] or not config["require_signatory"]
        require(known, "DENY_UNKNOWN_TENANT", tenant_id=None if config["redact_tenant"] else tenant)
        credential = self.facts["credential"] or {"valid": False}
        valid = credential["valid"] and credential.get("tenant_id") == tenant
        require(valid or not config["require_credential"], "DENY_TENANT_CREDENTIAL_INVALID")
        version, dead = config["policy_version"], self.world.dead_rules
        require(self.input.get("policy_version", version) == version, "DENY_POLICY_VERSION_MISMATCH", expected=version)
        require(not (dead and self.guarded), "DENY_SHADOW_RULES_DETECTED", dead_rules=dead)

    def match_rule(self) -> None:
        """Step 8: the first rule that matches decides (5.8)."""
        rule = next((rule for rule in self.world.rules if holds(rule["match"], self.input)), None)
        self.decision["matched_rule_id"] = rule["rule_id"] if rule else "NO_MATCH"
        require(rule, "DENY_NO_MATCHING_RULE")
        self.rule = TABLES["rule"] | rule["decision"]
        self.escalation = TABLES["escalation"] | self.rule["escalation"]
        asked = [name for name, value in self.rule["preconditions"].items() if value and self.guarded]
        profiles = [entry if isinstance(entry, dict) else {"profile_id": entry}
                    for entry in self.rule["recommended_profiles"]]
        self.decision |= {
            "escalation_effective": self.escalation,
            "preconditions_checked": sorted({*TABLES["preconditions"], *asked}),
            "recommended_profiles_effective": [{"score": None} | entry for entry in profiles],
        }

    def select_worker(self) -> None:
        """Step 9: the first candidate with an eligible worker is selected (5.9)."""
        lacking: set[str] = set()
        entries = self.decision["candidate_workers_ranked"] = []
        for candidate in self.rule["candidate_workers_ranked"]:
            skip_reason = "already_selected" if self.worker else self.examine(candidate, lacking)
            entry = TABLES["candidate"] | candidate | {"skip_reason": skip_reason}
            del entry["authorities"]
            entries.append(entry)
        reasons = {entry["skip_reason"] for entry in entries}
        require(reasons != {"missing_controls"}, "DENY_MISSING_REQUIRED_CONTROLS", missing=sorted(lacking))
        require(reasons != {"untrusted_authority"}, "DENY_UNTRUSTED_AUTHORITY")
        require(self.worker, "DENY_NO_AVAILABLE_WORKER")
        self.decision |= {"required_controls_effective": self.controls, "controls_applied": self.controls}

    def examine(self, candidate: Json, lacking: set[str]) -> str | None:
        """Select a worker of a candidate, or return the skip reason that stands furthest down."""
        reasons, eligible = ["not_enrolled"], []
        for worker in self.world.workers.values():
            if worker["worker_species_id"] != candidate["worker_species_id"]:
                continue
            controls = self.required_controls(candidate, worker)
            missing = controls - set(worker["currently_implements"])
            reason = self.skip_reason(candidate, worker, missing)
            ...

    def skip_reason(self, candidate: Json, worker: Json, missing: set[str]) -> str | None:
        """Check one worker in the order of the table of 5.9."""
        trusting = (self.config["trusted_authorities"], candidate.get("authorities"))
        checks = (
            self.input["capability_id"] in worker["capabilities"],
            all(trusted is None or worker["authority"] in trusted for trusted in trusting),
            self.input["env"] in worker["allowed_environments"],
            read_version(worker["catalog_version_min"]) <= self.world.catalog,
            self.facts["workers"].get(worker["worker_id"], {}).get("available", True),
            not missing,
        )
        return None if all(checks) else SKIP_REASONS[1 + checks.index(False)]
