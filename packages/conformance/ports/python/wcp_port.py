"""A port of the Worker Class Protocol: the decision (section 5) and the line protocol (section 11)."""

import re
import sys
from datetime import datetime, timedelta
from typing import Any, Callable

from wcp_forms import FACTS, ROUTE_INPUT, SCHEMAS, TABLES, check_id, judge_input, read
from wcp_json import Json, canonical, parse, sha256, without
from wcp_world import World, find_dead_rules, holds, read_rules, read_version

HASH = FACTS["banned_hashes"]["items"]
LEVELS = ("advisory", "gatekeeper", "executor", "incident_commander")
UNSAFE = re.compile("[\\\\\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Denial(Exception):
    """Ends a decision; its argument is the reason (6.4)."""


def require(condition: Any, code: str, **members: Any) -> None:
    """Deny unless a condition holds."""
    if not condition:
        raise Denial({"code": code, "message": f"The request is denied with {code}."} | members)


class Case:
    """One decision in the making: its arguments, and the members that its steps have set."""

    def __init__(self, given: Json, route_input: Any) -> None:
        self.world, self.facts, self.received = World(given), given.get("facts"), route_input
        self.config, self.input = self.world.config, route_input if isinstance(route_input, dict) else {}
        self.guarded = self.input.get("env") in ("prod", "edge")
        self.worker, self.verdict, self.reasons, self.limit = None, {}, [], None
        facts = self.facts if isinstance(self.facts, dict) else {}
        now, decision_id = (read(FACTS[name], facts.get(name)) for name in ("now", "decision_id"))
        echo = {name: read(ROUTE_INPUT[name], self.input.get(name)) for name in TABLES["echoed"]}
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
        config, tenant, facts = self.config, self.input["tenant_id"], read(SCHEMAS["facts"], self.facts)
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
            candidate, reason = TABLES["candidate"] | candidate, "already_selected"
            if not self.worker:
                examined = [self.examine(worker, candidate) for worker in self.world.workers.values()
                            if worker["worker_species_id"] == candidate["worker_species_id"]]
                passed, _, worker, controls, _ = max(examined, default=(-1, "", None, set(), set()))
                reason = TABLES["skip_reasons"][passed]
                lacking.update(*(missing for number, *_, missing in examined if number == 5))
                self.worker, self.controls = (worker, sorted(controls)) if reason is None else (None, [])
            entries.append(without(candidate, "authorities") | {"skip_reason": reason})
        reasons, missing = {entry["skip_reason"] for entry in entries}, sorted(lacking)
        require(reasons != {"missing_controls"}, "DENY_MISSING_REQUIRED_CONTROLS", missing=missing)
        require(reasons != {"untrusted_authority"}, "DENY_UNTRUSTED_AUTHORITY")
        require(self.worker, "DENY_NO_AVAILABLE_WORKER")
        self.decision |= {"required_controls_effective": self.controls, "controls_applied": self.controls}

    def examine(self, worker: Json, candidate: Json) -> tuple[int, str, Json, set[str], set[str]]:
        """Return how many checks a worker passes, its rank, itself, its controls and those that it lacks."""
        controls = {*self.rule["required_controls_suggested"], *self.config["controls"],
                    *candidate["requires_controls_minimum"], *worker["required_controls"]}
        missing = controls.difference(worker["currently_implements"])
        trusting = (self.config["trusted_authorities"], candidate["authorities"])
        checks = [self.input["capability_id"] in worker["capabilities"],
                  all(trusted is None or worker["authority"] in trusted for trusted in trusting),
                  self.input["env"] in worker["allowed_environments"],
                  read_version(worker["catalog_version_min"]) <= self.world.catalog,
                  self.facts["workers"].get(worker["worker_id"], {}).get("available", True),
                  not missing, False]
        rank = sha256(f"{self.input['correlation_id']}\n{worker['worker_id']}")
        return checks.index(False), rank, worker, controls, missing

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
        envelope, isolated, guarded = self.worker["privilege_envelope"], self.config["isolated"], self.guarded
        egress, hosts, secrets, paths = (envelope[name] for name in (
            "network_egress", "egress_allowlist", "secrets_access", "filesystem_writes"))
        allowed = {name: lists.get(self.input["env"], []) for name, lists in self.config["privilege_policy"].items()}
        strange = self.input["data_label"] == "RESTRICTED" and {*hosts}.difference(allowed["egress_allowlist"])
        breaches = {
            "envelope_missing": envelope["missing"] and (guarded or isolated),
            "egress_unrestricted": guarded and egress == "unrestricted",
            "egress_not_allowlisted": guarded and egress == "allowlisted" and strange,
            "egress_not_none": isolated and egress != "none" and not (guarded and egress == "unrestricted"),
            "secret_not_allowed": guarded and {*secrets}.difference(allowed["secrets"]),
            "write_path_refused": any(path == "/" or path[:1] != "/" or ".." in path.split("/") for path in paths)}
        violations = sorted(name for name, breached in breaches.items() if breached)
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

    def hold(self, reason: str, level: str | None = None, least: str = "advisory") -> None:
        """Add a reason to hold the decision, with its level (5.16)."""
        level = level or self.escalation["supervisor_level"] or self.config["approval"]["default_level"]
        self.reasons.append({"reason": reason, "level": max(level, least, key=LEVELS.index)})

    def ask_rule(self) -> None:
        """Step 14: the rule asks for no human (5.14)."""
        values = self.input | {"blast_score": self.decision["blast_score"]}
        asked = any(holds(conditions, values) for conditions in self.escalation["human_required_if"])
        if asked or self.escalation["human_required_default"] or self.escalation["msavx_step_up"]:
            self.hold("RULE")

    def conclude(self) -> None:
        """Step 15: an approval fits this very decision, and the outcome follows (5.15, 5.16)."""
        approval, config = self.facts["approval"], self.config["approval"]
        worker_id, species = self.worker["worker_id"], self.worker["worker_species_id"]
        level = max((reason["level"] for reason in self.reasons), key=LEVELS.index, default=None)
        made = self.decision | {"outcome": "DISPATCH" if level in (None, "advisory") else "STEWARD_HOLD"}
        if level:
            known = made | {"reasons": self.reasons, "worker_id": worker_id, "worker_species_id": species}
            context = {name: known[name] for name in TABLES["escalation_context"]}
            made |= {"supervisor_required": True, "supervisor_level": level, "escalation_context": context}
        if approval:
            same = approval["decision_digest"] == digest_decision(self.received, made)
            entitled = approval["level"] != "advisory" and approval["resolver"] != made["tenant_id"]
            require(same and entitled and level == "gatekeeper", "DENY_APPROVAL_STALE")
            made["outcome"] = "DISPATCH"
        if made["outcome"] == "DISPATCH":
            made |= {"worker_id": worker_id, "selected_worker_species_id": species}
        elif not made["dry_run"]:
            now, rest = made["timestamp"][:19], made["timestamp"][19:]
            expiry = datetime.fromisoformat(now) + timedelta(seconds=config["ttl_seconds"])
            made |= {"pending_approval_id": made["decision_id"], "approval_expires_at": expiry.isoformat() + rest}
        self.decision = made

    def make_events(self) -> list[Json]:
        """Make the events of the finished decision (7.2)."""
        made, held = self.decision, self.decision["outcome"] == "STEWARD_HOLD"
        values = made | {"limit": self.limit, "task_id": made["decision_id"],
                         "reasons": [reason["reason"] for reason in self.reasons]}
        special = {"evt.os.worker.selected": {"reason": "first_eligible_species"},
                   "evt.os.policy.gated": {"decision": "REQUIRE_HUMAN" if held else "ALLOW",
                                           "reason": "hold" if held else "not_asked"} | self.verdict}
        omitted = {"evt.gov.privilege-envelope-checked": made["privilege_envelope_ok"] is None,
                   "evt.os.worker.attestation-skipped": made["worker_attestation_checked"] or not self.guarded}
        common = TABLES["common_dimensions"] + ["dry_run"] * made["dry_run"]
        return [{"event_id": event_id} | {name: escape((values | special.get(event_id, {}))[name])
                                          for name in common + dimensions}
                for event_id, dimensions in TABLES["events"][made["outcome"]].items() if not omitted.get(event_id)]


def escape(value: Any) -> Any:
    """Write a string of an event so that people can read it safely (3.6)."""
    if not isinstance(value, str):
        return value
    return UNSAFE.sub(lambda char: "\\\\" if char[0] == "\\" else f"\\u{ord(char[0]):04x}", value)


def digest_decision(route_input: Any, decision: Any) -> str:
    """Digest what was decided about what (6.5)."""
    return sha256(canonical({"input": route_input, "decision": without(decision, *TABLES["undigested"])}))


def canonicalize(question: Json) -> Json:
    """The operation `canonicalize` (11.2)."""
    text = canonical(parse(question["json"]))
    return {"canonical": text, "sha256": sha256(text)}


OPERATIONS: dict[str, Callable[[Any], Json]] = {
    "check_id": check_id,
    "canonicalize": canonicalize,
    "record_hash": lambda value: {"artifact_hash": sha256(canonical(without(value, "artifact_hash")))},
    "receipt_hash": lambda value: {"receipt_hash": sha256(canonical(without(value, "receipt_hash", "signature")))},
    "decision_digest": lambda value: {"decision_digest": digest_decision(value["input"], value["decision"])},
    "analyze_rules": lambda value: {"findings": find_dead_rules(read_rules(value["rules"], None))}}


def answer(message: Json) -> Json:
    """Answer one message of the referee (11.1)."""
    operation, value = message.get("op"), message.get("input")
    if message["cmd"] == "start":
        implementation = {"name": "wcp-port-python", "language": "Python", "version": "0.2.0"}
        return {"ok": True, "implementation": implementation, "ops": ["decide", *OPERATIONS]}
    if operation == "decide":
        return {"result": Case(message["given"], value).decide()}
    if operation not in OPERATIONS:
        return {"skipped": {"reason": "This port does not have the operation."}}
    try:
        return {"result": OPERATIONS[operation](value)}
    except ValueError:
        return {"error": {"code": "DOCUMENT_INVALID" if operation == "analyze_rules" else "CANONICAL_JSON_INVALID"}}


def main() -> None:
    """Read a message a line and write an answer a line, until `stop` (11.1)."""
    sys.setrecursionlimit(100_000)
    sys.stdout.reconfigure(encoding="utf-8")
    for line in sys.stdin.buffer:
        reply: Json = {"seq": None}
        try:
            message = parse(line.decode("utf-8"))
            if message["cmd"] == "stop":
                return
            reply = {"seq": message["seq"]} if "seq" in message else {}
            reply |= answer(message)
        except Exception as error:
            reply |= {"errored": {"message": type(error).__name__}}
        print(canonical(reply), flush=True)


if __name__ == "__main__":
    main()
