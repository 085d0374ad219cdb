"""The decision, step by step (section 5)."""

import re
from datetime import datetime, timedelta
from typing import Any

from wcp_forms import FACTS, ROUTE_INPUT, SCHEMAS, TABLES, judge_input, read
from wcp_json import Json, canonical, digest, without
from wcp_world import World, holds, read_version

HASH, LEVELS = FACTS["banned_hashes"]["items"], TABLES["levels"]
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Denial(Exception):
    """Ends a decision; its argument is the reason (6.4)."""


def require(condition: Any, code: str, **members: Any) -> None:
    """Deny unless a condition holds."""
    if not condition:
        raise Denial({"code": code, "message": f"The request is denied with {code}."} | members)


class Case:
    """One decision in progress: its arguments, and the members that its steps have set."""

    def __init__(self, given: Json, route_input: Any) -> None:
        self.world, self.received, arguments = World(given), route_input, (given.get("facts"), route_input)
        self.facts, self.input = (value if isinstance(value, dict) else {} for value in arguments)
        self.input = {name: value for name, value in self.input.items() if value is not None}  # WCP-3-67
        self.config = self.world.config
        self.guarded = self.input.get("env") in ("prod", "edge")
        self.worker, self.verdict, self.reasons, self.limit = {}, {}, [], None
        now, uuid = (read(FACTS[name], self.facts.get(name)) for name in ("now", "decision_id"))
        echo = {name: read(ROUTE_INPUT[name], self.input.get(name)) for name in TABLES["echoed"]}
        self.decision = TABLES["route_decision"] | echo | {
            "decision_id": uuid, "timestamp": now, "decided_at": now, "dry_run": echo["dry_run"] or False,
            "policy_version": self.config["policy_version"], "world_digest": self.world.digest}

    def decide(self) -> Json:
        """Make the steps in their order; the first that fails denies (section 5)."""
        try:
            for step in (
                    self.check_input, self.check_hall, self.match_rule, self.select_worker, self.check_code,
                    self.check_envelope, self.score_blast, self.check_budgets, self.ask_gate,
                    self.ask_human, self.conclude):
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
                 if not str(self.input.get(name)).strip(" \t\n\r")}
        if wrong <= blank:
            require("/tenant_id" not in wrong, "DENY_MISSING_TENANT_ID")
            require(not wrong, "DENY_MISSING_CORRELATION_ID")
        findings = [{"path": path, "code": code, "message": f"This is {code}."} for path, code in pairs]
        require(not findings, "DENY_INVALID_INPUT", findings=findings)
        self.decision["artifact_hash"] = digest(self.input.get("request", {}))

    def check_hall(self) -> None:
        """Steps 2 to 7: world, facts, freeze, tenant, credential, policy version, dead rules (5.2 to 5.7)."""
        config, tenant, facts = self.config, self.input["tenant_id"], read(SCHEMAS["facts"], self.facts)
        require(not self.world.broken, "DENY_HALL_MISCONFIGURED")
        require(facts, "DENY_INTERNAL_ERROR")
        self.facts = TABLES["facts"] | facts
        require(self.facts["frozen"] is None, "DENY_FROZEN")
        known = tenant in config["allowed_tenants"] or not config["require_signatory"]
        require(known, "DENY_UNKNOWN_TENANT", tenant_id=None if config["redact_tenant"] else tenant)
        floor = config["tenant_floors"].get(tenant, config["tenant_floors"].get("*", {}))
        require(self.input["env"] in floor.get("environments", [self.input["env"]]), "DENY_TENANT_ENV_NOT_ALLOWED")
        credential = self.facts["credential"] or {"valid": False}
        valid = credential["valid"] and credential.get("tenant_id") == tenant
        require(valid or not config["require_credential"], "DENY_TENANT_CREDENTIAL_INVALID")
        judged = {name: max(self.input[name], floor.get(name, self.input[name]), key=order.index)
                  for name, order in TABLES["floors"].items()}
        self.input, self.decision = self.input | judged, self.decision | judged
        version, dead = config["policy_version"], self.world.dead_rules
        expected = self.input.get("policy_version", version) == version
        require(expected, "DENY_POLICY_VERSION_MISMATCH", expected=version)
        require(not (dead and self.guarded), "DENY_SHADOW_RULES_DETECTED", dead_rules=dead)

    def match_rule(self) -> None:
        """Step 8: the first rule that matches decides (5.8)."""
        rule = next((rule for rule in self.world.rules if holds(rule["match"], self.input)), None)
        self.decision["matched_rule_id"] = rule["rule_id"] if rule else "NO_MATCH"
        require(rule, "DENY_NO_MATCHING_RULE")
        self.rule = TABLES["rule"] | rule["decision"]
        self.escalation = TABLES["escalation"] | self.rule["escalation"]
        asked = [name for name, value in self.rule["preconditions"].items() if value and self.guarded]
        profiles = [{"score": None} | (entry if isinstance(entry, dict) else {"profile_id": entry})
                    for entry in self.rule["recommended_profiles"]]
        self.decision |= {"escalation_effective": self.escalation, "recommended_profiles_effective": profiles,
                          "preconditions_checked": sorted({*TABLES["preconditions"], *asked})}

    def select_worker(self) -> None:
        """Step 9: the first candidate with an eligible worker is selected (5.9)."""
        entries = self.decision["candidate_workers_ranked"] = []
        lacking: set[str] = set()
        for candidate in self.rule["candidate_workers_ranked"]:
            candidate, reason = TABLES["candidate"] | candidate, "already_selected"
            if not self.worker:
                examined = [self.examine(worker, candidate) for worker in self.world.workers.values()
                            if worker["worker_species_id"] == candidate["worker_species_id"]]
                passed, _, worker, controls, _ = max(examined, default=(-1, "", {}, [], set()))
                reason = TABLES["skip_reasons"][passed]
                lacking.update(*(missing for number, *_, missing in examined if number == 5))
                self.worker, self.controls = {} if reason else worker, controls
            entries.append(without(candidate, "authorities") | {"skip_reason": reason})
        reasons, missing = {entry["skip_reason"] for entry in entries}, sorted(lacking)
        require(reasons != {"missing_controls"}, "DENY_MISSING_REQUIRED_CONTROLS", missing=missing)
        require(reasons != {"untrusted_authority"}, "DENY_UNTRUSTED_AUTHORITY")
        require(self.worker, "DENY_NO_AVAILABLE_WORKER")
        self.decision |= {"required_controls_effective": self.controls, "controls_applied": self.controls}

    def examine(self, worker: Json, candidate: Json) -> tuple[int, str, Json, list[str], set[str]]:
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
        rank = digest(f"{self.input['correlation_id']}\n{worker['worker_id']}")
        return checks.index(False), rank, worker, sorted(controls), missing

    def check_code(self) -> None:
        """Step 10: the worker's code is not banned and, where required, attested and signed (5.10)."""
        observed = self.facts["workers"].get(self.worker["worker_id"], {})
        code_hash, asked = self.worker["attestation"].get("code_hash"), self.decision["preconditions_checked"]
        attested, live = read(HASH, code_hash), read(HASH, observed.get("current_hash"))
        required = self.config["require_worker_attestation"] or "deny_if_no_attestation_in_prod" in asked
        self.decision |= {"worker_attestation_checked": required,
                          "worker_attestation_valid": False if required else None}
        species = {"worker_species_id": self.worker["worker_species_id"]}
        require({attested, live}.isdisjoint(self.facts["banned_hashes"]), "DENY_WORKER_BANNED", **species)
        if required:
            require(code_hash is not None, "DENY_WORKER_ATTESTATION_MISSING", **species)
            require(attested, "DENY_WORKER_ATTESTATION_INVALID_HASH", **species)
            require(live, "DENY_WORKER_HASH_UNAVAILABLE", **species)
            require(live == attested, "DENY_WORKER_TAMPERED", **species)
            self.decision["worker_attestation_valid"] = True
        signed = observed.get("signed") or "deny_if_unsigned_artifact_in_prod" not in asked
        require(signed, "DENY_UNSIGNED_ARTIFACT", **species)

    def check_envelope(self) -> None:
        """Step 11: the privilege envelope is within the ceiling, where that is required (5.11, 4.3)."""
        config, envelope, guarded = self.config, self.worker["privilege_envelope"], self.guarded
        if not config["enforce_privilege_envelopes"] and TABLES["envelope_control"] not in self.controls:
            return
        isolated, egress, env = config["isolated"], envelope["network_egress"], self.input["env"]
        hosts, secrets = ({*config[name].get(env, [])} for name in ("egress_allowlist", "secrets"))
        strange = self.input["data_label"] == "RESTRICTED" and {*envelope["egress_allowlist"]} - hosts
        breaches = {
            "envelope_missing": envelope["missing"] and (guarded or isolated),
            "egress_unrestricted": guarded and egress == "unrestricted",
            "egress_not_allowlisted": guarded and egress == "allowlisted" and strange,
            "egress_not_none": isolated and egress != "none" and not (guarded and egress == "unrestricted"),
            "secret_not_allowed": guarded and {*envelope["secrets_access"]} - secrets,
            "write_path_refused": any(path == "/" or path[:1] != "/" or ".." in path.split("/")
                                      for path in envelope["filesystem_writes"])}
        violations = sorted(name for name, breached in breaches.items() if breached)
        self.decision["privilege_envelope_ok"] = not violations
        require(not violations, "DENY_PRIVILEGE_ENVELOPE_VIOLATED", violations=violations)

    def score_blast(self) -> None:
        """Step 12: the blast score is within the limit (5.12)."""
        most, env, own = self.rule["max_blast_score"], self.input["env"], self.input.get("blast_radius", {})
        self.limit = min(most.get(env, 100) if isinstance(most, dict) else most, self.config["limits"][env])
        self.own = max(self.worker["declared_blast"], sum(own.values()), self.input.get("blast_score", 0))
        score = min(100, self.own + self.facts["chain"].get("blast_score", 0))
        self.decision |= {"blast_score": score, "blast_gate_passed": score <= self.limit}
        allowed = score <= self.limit or self.config["blast"]["on_exceeded"] == "require_human"
        require(allowed, "DENY_BLAST_RADIUS_EXCEEDED", blast_score=score, limit=self.limit)

    def check_budgets(self) -> None:
        """Step 12, budgets: what was spent is known, and there is room (5.12)."""
        subject, now = self.input | {"worker_id": self.worker["worker_id"]}, self.facts["now"][:19]
        seconds, short = (datetime.fromisoformat(now) - datetime(1970, 1, 1)) // timedelta(seconds=1), []
        for budget in self.config["x.budgets"]:
            scope, length, limit = budget["scope"], int(budget["window_seconds"]), int(budget["limit"])
            if any(scope[name] not in ("*", subject[name]) for name in scope):
                continue
            ids = [subject[name] if name in scope else None for name in ("tenant_id", "capability_id", "worker_id")]
            key = canonical([budget["unit"], *ids, float(length), float(seconds // length)])
            spent = self.facts["x.spent"].get(budget["budget_id"], {}).get(key)
            require(spent is not None, "DENY_X_BUDGET_UNKNOWN")
            needed = {"calls": 1, "blast": self.own, "cost": budget.get("reserve")}[budget["unit"]]
            if int(spent) + int(needed) > limit:
                members = {name: budget[name] for name in ("budget_id", "unit", "limit")}
                short.append(members | {"spent": spent, "remaining": max(0, limit - spent), "needed": needed,
                                        "resets_in_seconds": length - seconds % length})
        require(not short, "DENY_X_BUDGET_EXHAUSTED", **{"x.budgets": short})

    def ask_gate(self) -> None:
        """Step 13: the policy gate allows, where the rule requires it (5.13)."""
        if not self.escalation["policy_gate"]:
            return
        require("policy" in self.facts, "DENY_POLICY_GATE_UNCONFIGURED")
        require(not read(TABLES["failing_gate"], self.facts["policy"]), "DENY_POLICY_GATE_ERROR")
        self.verdict = read(TABLES["verdict"], self.facts["policy"], {})
        require(self.verdict, "DENY_POLICY_GATE_INVALID_RESPONSE")
        require(self.verdict["decision"] != "DENY", "DENY_POLICY_GATE", **without(self.verdict, "decision"))

    def ask_human(self) -> None:
        """Step 14: the rule requires no human (5.14); and all reasons to hold the decision (5.16)."""
        level = self.escalation["supervisor_level"] or self.config["approval"]["default_level"]
        values, levels = self.input | self.decision, {}
        if not self.decision["blast_gate_passed"]:
            levels["BLAST_RADIUS_EXCEEDED"] = max(level, "gatekeeper", key=LEVELS.index)
        if self.verdict.get("decision") == "REQUIRE_HUMAN":
            levels["POLICY_GATE"] = self.verdict.get("supervisor_level", level)
        if (self.escalation["human_required_default"] or self.escalation["msavx_step_up"]
                or any(holds(conditions, values) for conditions in self.escalation["human_required_if"])):
            levels["RULE"] = level
        self.reasons = [{"reason": reason, "level": levels[reason]} for reason in levels]

    def conclude(self) -> None:
        """Step 15: an approval is for exactly this decision, and the outcome follows (5.15, 5.16)."""
        approval, worker = self.facts["approval"], {name: self.worker[name] for name in TABLES["worker"]}
        level = max((reason["level"] for reason in self.reasons), key=LEVELS.index, default=None)
        made = self.decision | {"outcome": "DISPATCH" if level in (None, "advisory") else "STEWARD_HOLD"}
        if level:
            context = {name: made[name] for name in TABLES["context"]} | {"reasons": self.reasons, **worker}
            made |= {"supervisor_required": True, "supervisor_level": level, "escalation_context": context}
        if approval:
            same = approval["decision_digest"] == digest_decision(self.received, made)
            entitled = approval["level"] != "advisory" and approval["resolver"] != made["tenant_id"]
            require(same and entitled and level == "gatekeeper", "DENY_APPROVAL_STALE")
        if approval or made["outcome"] == "DISPATCH":
            made |= {"outcome": "DISPATCH", "worker_id": worker["worker_id"],
                     "selected_worker_species_id": worker["worker_species_id"]}
        elif not made["dry_run"]:
            ttl, now = self.config["approval"]["ttl_seconds"], made["timestamp"]
            expiry = (datetime.fromisoformat(now[:19]) + timedelta(seconds=ttl)).isoformat() + now[19:]
            made |= {"pending_approval_id": made["decision_id"], "approval_expires_at": expiry}
        self.decision = made

    def make_events(self) -> list[Json]:
        """Make the events of the finished decision (7.2), their strings safe to read (3.6)."""
        made, held = self.decision, self.decision["outcome"] == "STEWARD_HOLD"
        values = made | {"limit": self.limit, "task_id": made["decision_id"],
                         "reasons": [reason["reason"] for reason in self.reasons],
                         "policy_version": escape(made["policy_version"]), "choice": "first_eligible_species",
                         "gate_decision": "REQUIRE_HUMAN" if held else "ALLOW",
                         "gate_version": escape(self.verdict.get("policy_version", made["policy_version"])),
                         "gate_reason": escape(self.verdict.get("reason", "hold" if held else "not_asked"))}
        skip = {"evt.gov.privilege-envelope-checked": made["privilege_envelope_ok"] is None,
                "evt.os.worker.attestation-skipped": made["worker_attestation_checked"] or not self.guarded}
        common = TABLES["common_dimensions"] | ({"dry_run": "dry_run"} if made["dry_run"] else {})
        return [{"event_id": event_id} | {name: values[source] for name, source in (common | own).items()}
                for event_id, own in TABLES["events"][made["outcome"]].items() if not skip.get(event_id)]


def escape(text: str) -> str:
    """Write a string so that all of it is visible (3.6); other strings of events hold nothing unsafe."""
    return UNSAFE.sub(lambda char: f"\\u{ord(char[0]):04x}", text.replace("\\", "\\\\"))


def digest_decision(input: Any, decision: Any) -> str:
    """Digest a decision and its input, without prose (6.5)."""
    lasting = without(decision, *TABLES["undigested"])
    if isinstance(reason := lasting.get("deny_reason_if_denied"), dict):
        reason = lasting["deny_reason_if_denied"] = without(reason, "message")
        if isinstance(findings := reason.get("findings"), list):
            reason["findings"] = [without(finding, "message") if isinstance(finding, dict) else finding
                                  for finding in findings]
    return digest({"input": input, "decision": lasting})
