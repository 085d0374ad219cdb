"""A port of the Worker Class Protocol: the decision (section 5) and the line protocol (section 11)."""

import re
import sys
from datetime import timedelta
from typing import Any

from wcp_forms import FACTS, ROUTE_INPUT, check_id, conform, judge_input, read, read_time
from wcp_json import Json, canonical, parse, sha256, without
from wcp_world import TABLES, World, find_dead_rules, holds, read_rules, read_version

HASH = FACTS["properties"]["banned_hashes"]["items"]
SKIP_REASONS = ("capability_not_declared", "untrusted_authority", "env_not_allowed", "catalog_incompatible",
                "unavailable", "missing_controls", "not_enrolled")
LEVELS = ("advisory", "gatekeeper", "executor", "incident_commander")
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Denial(Exception):
    """Ends a decision; its argument is the reason (6.4)."""


def require(condition: Any, code: str, **members: Any) -> None:
    """Deny unless a condition holds."""
    if not condition:
        raise Denial({"code": code, "message": f"The request is denied with {code}."} | members)


def decision_digest(route_input: Any, decision: Any) -> str:
    """Digest what was decided about what (6.5)."""
    return sha256(canonical({"input": route_input, "decision": without(decision, *TABLES["undigested"])}))


class Case:
    """One decision in the making: its arguments, and the members that its steps have set."""

    def __init__(self, given: Json, route_input: Any) -> None:
        self.world, self.facts, self.received = World(given), given.get("facts"), route_input
        self.config, self.input = self.world.config, route_input if isinstance(route_input, dict) else {}
        self.guarded = self.input.get("env") in ("prod", "edge")
        self.worker: Json | None = None
        self.verdict: Json = {}
        self.reasons: list[Json] = []
        facts = self.facts if isinstance(self.facts, dict) else {}
        now, decision_id = (read(FACTS["properties"][name], facts.get(name)) for name in ("now", "decision_id"))
        echo = {name: read(ROUTE_INPUT["properties"][name], self.input.get(name)) for name in TABLES["echoed"]}
        self.decision = TABLES["route_decision"] | echo | {
            "decision_id": decision_id, "timestamp": now, "decided_at": now, "dry_run": echo["dry_run"] or False,
            "policy_version": self.config["policy_version"], "world_digest": self.world.digest}

    def decide(self) -> Json:
        """Make the steps in their order; the first that fails denies (section 5)."""
        steps = (self.check_input, self.check_hall, self.match_rule, self.select_worker, self.check_code,
                 self.check_envelope, self.score_blast, self.ask_gate, self.ask_rule, self.conclude)
        try:
            for step in steps:
                step()
        except Exception as error:
            reason = {"code": "DENY_INTERNAL_ERROR", "message": "The decision could not be made."}
            reason = error.args[0] if isinstance(error, Denial) else reason
            self.decision |= {"outcome": "DENY", "denied": True, "deny_code": reason["code"],
                              "deny_reason_if_denied": reason}
        return self.decision | {"telemetry_envelopes": self.make_events()}

    def check_input(self) -> None:
        """Step 1: the input is valid (5.1)."""
        pairs = judge_input(self.received)
        wrong = {path for path, _ in pairs}
        blank = {f"/{name}" for name in ("tenant_id", "correlation_id")
                 if isinstance(self.input.get(name), str) and not self.input[name].strip(" \t\n\r")}
        if wrong <= blank:
            require("/tenant_id" not in wrong, "DENY_MISSING_TENANT_ID")
            require(not wrong, "DENY_MISSING_CORRELATION_ID")
        findings = [{"path": path, "code": code, "message": f"This is {code}."} for path, code in pairs]
        require(not findings, "DENY_INVALID_INPUT", findings=findings)
        self.decision["artifact_hash"] = sha256(canonical(self.input.get("request", {})))

    def check_hall(self) -> None:
        """Steps 2 to 7: the world, the facts, tenant, credential, policy version and dead rules."""
        config, tenant, facts = self.config, self.input["tenant_id"], read(FACTS, self.facts)
        require(not self.world.broken, "DENY_HALL_MISCONFIGURED")
        require(facts, "DENY_INTERNAL_ERROR")
        self.facts = TABLES["facts"] | facts
        require(self.facts["frozen"] is None, "DENY_FROZEN")
        known = tenant in config["allowed_tenants"] or not config["require_signatory"]
        require(known, "DENY_UNKNOWN_TENANT", tenant_id=None if config["redact_tenant"] else tenant)
        credential = self.facts["credential"] or {"valid": False}
        valid = credential["valid"] and credential.get("tenant_id") == tenant
        require(valid or not config["require_credential"], "DENY_TENANT_CREDENTIAL_INVALID")
        asked, version = self.input.get("policy_version", config["policy_version"]), config["policy_version"]
        require(asked == version, "DENY_POLICY_VERSION_MISMATCH", expected=version)
        dead = self.world.dead_rules
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
        self.decision |= {"escalation_effective": self.escalation,
                          "preconditions_checked": sorted({*TABLES["preconditions"], *asked}),
                          "recommended_profiles_effective": [{"score": None} | entry for entry in profiles]}

    def select_worker(self) -> None:
        """Step 9: the first candidate with an eligible worker is selected (5.9)."""
        lacking: set[str] = set()
        entries = self.decision["candidate_workers_ranked"] = []
        for candidate in self.rule["candidate_workers_ranked"]:
            candidate = TABLES["candidate"] | candidate
            reason = "already_selected" if self.worker else self.examine(candidate, lacking)
            entries.append(without(candidate, "authorities") | {"skip_reason": reason})
        reasons, missing = {entry["skip_reason"] for entry in entries}, sorted(lacking)
        require(reasons != {"missing_controls"}, "DENY_MISSING_REQUIRED_CONTROLS", missing=missing)
        require(reasons != {"untrusted_authority"}, "DENY_UNTRUSTED_AUTHORITY")
        require(self.worker, "DENY_NO_AVAILABLE_WORKER")
        self.decision |= {"required_controls_effective": self.controls, "controls_applied": self.controls}

    def examine(self, candidate: Json, lacking: set[str]) -> str | None:
        """Select a worker of a candidate, or return the skip reason that stands furthest down (5.9)."""
        failures, eligible = [-1], {}
        for worker in self.world.workers.values():
            if worker["worker_species_id"] != candidate["worker_species_id"]:
                continue
            controls = {*self.rule["required_controls_suggested"], *self.config["controls"],
                        *candidate["requires_controls_minimum"], *worker["required_controls"]}
            missing = controls.difference(worker["currently_implements"])
            trusting = (self.config["trusted_authorities"], candidate["authorities"])
            checks = [self.input["capability_id"] in worker["capabilities"],
                      all(trusted is None or worker["authority"] in trusted for trusted in trusting),
                      self.input["env"] in worker["allowed_environments"],
                      read_version(worker["catalog_version_min"]) <= self.world.catalog,
                      self.facts["workers"].get(worker["worker_id"], {}).get("available", True),
                      not missing]
            if all(checks):
                eligible[sha256(f"{self.input['correlation_id']}\n{worker['worker_id']}")] = worker, sorted(controls)
            else:
                failures.append(checks.index(False))
                lacking |= missing if all(checks[:-1]) else set()
        if not eligible:
            return SKIP_REASONS[max(failures)]
        self.worker, self.controls = eligible[max(eligible)]
        return None

    def check_code(self) -> None:
        """Step 10: the worker's code is not banned and, where required, attested and signed (5.10)."""
        observed = self.facts["workers"].get(self.worker["worker_id"], {})
        code_hash, asked = self.worker["attestation"].get("code_hash"), self.decision["preconditions_checked"]
        attested, live = read(HASH, code_hash), read(HASH, observed.get("current_hash"))
        required = self.config["require_worker_attestation"] or "deny_if_no_attestation_in_prod" in asked
        species = {"worker_species_id": self.worker["worker_species_id"]}
        self.decision |= {"worker_attestation_checked": required,
                          "worker_attestation_valid": False if required else None}
        require(not {attested, live}.intersection(self.facts["banned_hashes"]), "DENY_WORKER_BANNED", **species)
        if required:
            require(code_hash is not None, "DENY_WORKER_ATTESTATION_MISSING", **species)
            require(attested, "DENY_WORKER_ATTESTATION_INVALID_HASH", **species)
            require(live, "DENY_WORKER_HASH_UNAVAILABLE", **species)
            require(live == attested, "DENY_WORKER_TAMPERED", **species)
            self.decision["worker_attestation_valid"] = True
        signed = observed.get("signed") or "deny_if_unsigned_artifact_in_prod" not in asked
        require(signed, "DENY_UNSIGNED_ARTIFACT", **species)

    def check_envelope(self) -> None:
        """Step 11: the privilege envelope is within the ceiling, where that is asked (5.11, 4.3)."""
        if not (self.config["enforce_privilege_envelopes"] or "ctrl.privilege-envelopes-required" in self.controls):
            return
        guarded, isolated, missing = self.guarded, self.config["isolated"], self.worker["privilege_envelope"] is None
        envelope = TABLES["envelope"] | (self.worker["privilege_envelope"] or {"network_egress": "none"})
        ceiling = {name: lists.get(self.input["env"], []) for name, lists in self.config["privilege_policy"].items()}
        hosts = {*envelope["egress_allowlist"]}.difference(ceiling["egress_allowlist"])
        egress, restricted = envelope["network_egress"], self.input["data_label"] == "RESTRICTED"
        unrestricted, allowlisted = egress == "unrestricted" and guarded, egress == "allowlisted"
        breaches = {
            "envelope_missing": missing and (guarded or isolated),
            "egress_unrestricted": unrestricted,
            "egress_not_allowlisted": egress == "allowlisted" and guarded and restricted and hosts,
            "egress_not_none": isolated and egress != "none" and not unrestricted,
            "secret_not_allowed": guarded and {*envelope["secrets_access"]}.difference(ceiling["secrets"]),
            "write_path_refused": any(path == "/" or path[:1] != "/" or ".." in path.split("/")
                                      for path in envelope["filesystem_writes"])}
        violations = sorted(name for name, breach in breaches.items() if breach)
        self.decision["privilege_envelope_ok"] = not violations
        require(not violations, "DENY_PRIVILEGE_ENVELOPE_VIOLATED", violations=violations)

    def score_blast(self) -> None:
        """Step 12: the blast score is within the limit (5.12)."""
        limit, env = self.rule["max_blast_score"], self.input["env"]
        limit = min(limit.get(env, 100) if isinstance(limit, dict) else limit, self.config["limits"][env])
        asked = max(sum(self.input.get("blast_radius", {}).values()), self.input.get("blast_score", 0))
        score = min(100, max(self.worker["declared_blast"], asked) + self.facts["chain"].get("blast_score", 0))
        self.decision |= {"blast_score": score, "blast_gate_passed": score <= limit}
        self.limit = limit
        if score > limit:
            human = self.config["blast"]["on_exceeded"] == "require_human"
            require(human, "DENY_BLAST_RADIUS_EXCEEDED", blast_score=score, limit=limit)
            self.hold("BLAST_RADIUS_EXCEEDED", least="gatekeeper")

    def ask_gate(self) -> None:
        """Step 13: the policy gate allows, where the rule asks it (5.13)."""
        if not self.escalation["policy_gate"]:
            return
        require("policy" in self.facts, "DENY_POLICY_GATE_UNCONFIGURED")
        verdict = self.facts["policy"]
        require(read(TABLES["failing_gate"], verdict) is None, "DENY_POLICY_GATE_ERROR")
        require(read(TABLES["verdict"], verdict), "DENY_POLICY_GATE_INVALID_RESPONSE")
        self.verdict = {name: verdict[name] for name in ("policy_version", "reason")}
        require(verdict["decision"] != "DENY", "DENY_POLICY_GATE", **self.verdict)
        if verdict["decision"] == "REQUIRE_HUMAN":
            self.hold("POLICY_GATE", verdict.get("supervisor_level"))

    def ask_rule(self) -> None:
        """Step 14: the rule asks for no human (5.14)."""
        values = self.input | {"blast_score": self.decision["blast_score"]}
        asked = any(holds(conditions, values) for conditions in self.escalation["human_required_if"])
        if asked or self.escalation["human_required_default"] or self.escalation["msavx_step_up"]:
            self.hold("RULE")

    def hold(self, reason: str, level: str | None = None, least: str = "advisory") -> None:
        """Add a reason to hold the decision, with its level (5.16)."""
        level = level or self.escalation["supervisor_level"] or self.config["approval"]["default_level"]
        self.reasons.append({"reason": reason, "level": max(level, least, key=LEVELS.index)})

    def conclude(self) -> None:
        """Step 15: an approval fits this very decision, and the outcome follows (5.15, 5.16)."""
        made, approval = self.decision.copy(), self.facts["approval"]
        worker = {name: self.worker[name] for name in ("worker_id", "worker_species_id")}
        level = max((reason["level"] for reason in self.reasons), key=LEVELS.index, default=None)
        if level:
            names = ("capability_id", "blast_score", "tenant_risk", "data_label", "policy_version")
            context = {"reasons": self.reasons} | {name: made[name] for name in names} | worker
            made |= {"supervisor_required": True, "supervisor_level": level, "escalation_context": context}
        held = level not in (None, "advisory")
        made["outcome"] = "STEWARD_HOLD" if held else "DISPATCH"
        if approval:
            digest = decision_digest(self.received, made)
            fits = level == "gatekeeper" and approval["decision_digest"] == digest
            other = approval["resolver"] != self.input["tenant_id"]
            require(fits and other and approval["level"] != "advisory", "DENY_APPROVAL_STALE")
        elif held:
            if not made["dry_run"]:
                expiry = read_time(made["timestamp"]) + timedelta(seconds=self.config["approval"]["ttl_seconds"])
                made |= {"pending_approval_id": made["decision_id"],
                         "approval_expires_at": expiry.isoformat() + made["timestamp"][19:]}
        if approval or not held:
            made |= {"outcome": "DISPATCH", "worker_id": worker["worker_id"],
                     "selected_worker_species_id": worker["worker_species_id"]}
        self.decision = made

    def make_events(self) -> list[Json]:
        """Make the events of the finished decision (7.2)."""
        made, outcome = self.decision, self.decision["outcome"]
        gated = "evt.os.policy.gated"
        names = {"DENY": ["evt.os.task.denied"], "STEWARD_HOLD": ["evt.os.task.held", gated]}.get(outcome) or [
            "evt.gov.blast-scored",
            *["evt.gov.privilege-envelope-checked"] * (made["privilege_envelope_ok"] is True),
            *["evt.os.worker.attestation-skipped"] * (self.guarded and not made["worker_attestation_checked"]),
            "evt.os.task.routed", "evt.os.worker.selected", gated]
        verdict = {"policy_version": made["policy_version"]}
        ...
