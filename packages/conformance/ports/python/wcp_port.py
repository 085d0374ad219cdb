"""A port of the Worker Class Protocol: the decision (section 5) and the line protocol (section 11)."""

import hashlib
import re
import sys
from datetime import datetime, timedelta
from typing import Any

from wcp_forms import ROUTE_INPUT, check_id, conform, fits, judge_input, load_schema, read_hash
from wcp_json import canonical, hash_json, parse, sha256
from wcp_world import World, find_dead_rules, holds, read_rules, read_version, without

Json = dict[str, Any]
FACTS = load_schema("facts")
ECHOED = ("correlation_id", "tenant_id", "capability_id", "env", "data_label", "tenant_risk", "qos_class")
NULL_AT_FIRST = (
    "deny_code", "deny_reason_if_denied", "selected_worker_species_id", "worker_id", "escalation_effective",
    "preconditions_checked", "blast_score", "blast_gate_passed", "privilege_envelope_ok",
    "worker_attestation_valid", "supervisor_level", "pending_approval_id", "approval_expires_at",
    "escalation_context", "artifact_hash")
EMPTY_AT_FIRST = ("candidate_workers_ranked", "required_controls_effective", "controls_applied",
                  "recommended_profiles_effective")
UNHASHED = ("decision_id", "timestamp", "decided_at", "pending_approval_id", "approval_expires_at",
            "telemetry_envelopes")
STANDING = ("deny_if_missing_required_controls", "must_attach_policy_version", "must_have_correlation_id",
            "must_record_artifact_hash_if_executes")
ESCALATION = {"policy_gate": False, "human_required_default": False, "human_required_if": [],
              "supervisor_level": None, "rationale": None, "msavx_step_up": False}
SKIP_REASONS = ("not_enrolled", "capability_not_declared", "untrusted_authority", "env_not_allowed",
                "catalog_incompatible", "unavailable", "missing_controls")
LEVELS = ("advisory", "gatekeeper", "executor", "incident_commander")
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Denial(Exception):
    """Ends a decision with a deny code and the further members of its reason (6.4)."""

    def __init__(self, code: str, **members: Any) -> None:
        self.reason = {"code": code, "message": f"The request is denied with {code}."} | members


def require(condition: bool, code: str, **members: Any) -> None:
    """Deny unless a condition holds."""
    if not condition:
        raise Denial(code, **members)


def read_time(now: str) -> datetime:
    """Read a time without its fraction; ValueError where it does not exist (WCP-4.4-2)."""
    return datetime(*(int(part) for part in re.split("[-T:.Z]", conform(FACTS["properties"]["now"], now))[:6]))


def escape(value: Any) -> Any:
    """Write a string of an event so that people can read it safely (3.6)."""
    if not isinstance(value, str):
        return value
    return UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", value.replace("\\", "\\\\"))


def decision_digest(route_input: Any, decision: Any) -> str:
    """Digest what was decided about what (6.5)."""
    return hash_json({"input": route_input, "decision": without(decision, *UNHASHED)})


class Case:
    """One decision in the making: its arguments and the members that its steps have set."""

    def __init__(self, given: Json, route_input: Any) -> None:
        self.world, self.facts, self.received = World(given), given.get("facts"), route_input
        self.config = self.world.config
        self.input: Json = route_input if isinstance(route_input, dict) else {}
        self.guarded = self.input.get("env") in ("prod", "edge")
        self.worker: Json = {}
        self.verdict: Json = {}
        self.reasons: list[dict[str, str]] = []
        forms, dry_run = ROUTE_INPUT["properties"], self.input.get("dry_run")
        self.decision = dict.fromkeys(NULL_AT_FIRST) | {name: [] for name in EMPTY_AT_FIRST} | {
            name: self.input[name] if name in self.input and fits(forms[name], self.input[name]) else None
            for name in ECHOED
        }
        now, decision_id = self.read_fact("now"), self.read_fact("decision_id")
        self.decision |= {
            "decision_id": decision_id, "timestamp": now, "decided_at": now, "denied": False,
            "matched_rule_id": "PRE_ROUTING", "policy_version": self.config["policy_version"],
            "worker_attestation_checked": False, "supervisor_required": False,
            "dry_run": dry_run if isinstance(dry_run, bool) else False, "world_digest": self.world.digest,
        }

    def read_fact(self, name: str) -> str | None:
        """Return the time or the id of the decision where it is valid by itself (WCP-4.4-20)."""
        try:
            text = conform(FACTS["properties"][name], self.facts[name])
            if name == "now":
                read_time(text)
            return text
        except (ValueError, LookupError, TypeError):
            return None

    def decide(self) -> Json:
        """Make the steps in their order; the first that fails denies (5)."""
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
        self.decision["telemetry_envelopes"] = self.make_events()
        return self.decision

    def deny(self, denial: Denial) -> None:
        """Turn the decision into a denial; what earlier steps set stays (WCP-6-21)."""
        self.decision |= {"outcome": "DENY", "denied": True, "deny_code": denial.reason["code"],
                          "deny_reason_if_denied": denial.reason}

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
        require(fits(FACTS, self.facts) and self.decision["timestamp"] is not None, "DENY_INTERNAL_ERROR")
        self.facts = conform(FACTS, self.facts)
        require(self.facts.get("frozen") is None, "DENY_FROZEN")
        known = tenant in config["allowed_tenants"] or not config["require_signatory"]
        require(known, "DENY_UNKNOWN_TENANT", tenant_id=None if config["redact_tenant"] else tenant)
        credential = self.facts.get("credential") or {"valid": False}
        valid = credential["valid"] and credential.get("tenant_id") == tenant
        require(valid or not config["require_credential"], "DENY_TENANT_CREDENTIAL_INVALID")
        version, asked = config["policy_version"], self.input.get("policy_version", config["policy_version"])
        require(asked == version, "DENY_POLICY_VERSION_MISMATCH", expected=version)
        dead = self.world.dead_rules
        require(not (dead and self.guarded), "DENY_SHADOW_RULES_DETECTED", dead_rules=dead)

    def match_rule(self) -> None:
        """Step 8: the first rule that matches decides (5.8)."""
        rule = next((rule for rule in self.world.rules if holds(rule["match"], self.input)), None)
        self.decision["matched_rule_id"] = rule["rule_id"] if rule else "NO_MATCH"
        if rule is None:
            raise Denial("DENY_NO_MATCHING_RULE")
        self.rule = rule["decision"]
        self.escalation = ESCALATION | self.rule.get("escalation", {})
        asked = [name for name, value in self.rule.get("preconditions", {}).items() if value and self.guarded]
        self.preconditions = sorted({*STANDING, *asked})
        profiles = [{"profile_id": entry} if isinstance(entry, str) else entry
                    for entry in self.rule.get("recommended_profiles", [])]
        self.decision |= {"escalation_effective": self.escalation, "preconditions_checked": self.preconditions,
                          "recommended_profiles_effective": [{"score": None} | entry for entry in profiles]}

    def select_worker(self) -> None:
        """Step 9: the first candidate with an eligible worker is selected (5.9)."""
        lacking: set[str] = set()
        for candidate in self.rule["candidate_workers_ranked"]:
            self.decision["candidate_workers_ranked"].append({
                "worker_species_id": candidate["worker_species_id"], "score_hint": candidate.get("score_hint"),
                "requires_controls_minimum": candidate.get("requires_controls_minimum", []),
                "skip_reason": "already_selected" if self.worker else self.examine(candidate, lacking)})
        if not self.worker:
            reasons = {entry["skip_reason"] for entry in self.decision["candidate_workers_ranked"]}
            missing = sorted(lacking)
            require(reasons != {"missing_controls"}, "DENY_MISSING_REQUIRED_CONTROLS", missing=missing)
            require(reasons != {"untrusted_authority"}, "DENY_UNTRUSTED_AUTHORITY")
            raise Denial("DENY_NO_AVAILABLE_WORKER")
        self.observed = self.facts.get("workers", {}).get(self.worker["worker_id"], {})
        self.decision |= {"required_controls_effective": self.controls, "controls_applied": self.controls}

    def examine(self, candidate: Json, lacking: set[str]) -> str | None:
        """Select a worker of a candidate, or return the skip reason that stands furthest down."""
        species = candidate["worker_species_id"]
        reasons, eligible = ["not_enrolled"], []
        for worker in self.world.workers.values():
            if worker["worker_species_id"] == species:
                missing = self.required_controls(candidate, worker) - {*worker.get("currently_implements", [])}
                reason = self.skip_reason(candidate, worker, missing)
                ...

    def conclude(self) -> None: ...
