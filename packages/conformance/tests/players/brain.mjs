/** A mind just large enough for the fixtures of these tests. It knows the cases' worlds, not their answers. */
import { hash } from 'node:crypto';

const MEMBERS = 'capability_id env data_label tenant_risk qos_class tenant_id correlation_id request'.split(
  ' ',
);

const BLANK = {
  decision_id: null,
  timestamp: null,
  decided_at: null,
  outcome: 'DENY',
  denied: true,
  deny_code: null,
  deny_reason_if_denied: null,
  correlation_id: null,
  tenant_id: null,
  capability_id: null,
  env: null,
  data_label: null,
  tenant_risk: null,
  qos_class: null,
  matched_rule_id: 'PRE_ROUTING',
  selected_worker_species_id: null,
  worker_id: null,
  candidate_workers_ranked: [],
  required_controls_effective: [],
  controls_applied: [],
  recommended_profiles_effective: [],
  escalation_effective: null,
  preconditions_checked: null,
  blast_score: null,
  blast_gate_passed: null,
  privilege_envelope_ok: null,
  policy_version: 'default',
  worker_attestation_checked: false,
  worker_attestation_valid: null,
  supervisor_required: false,
  supervisor_level: null,
  pending_approval_id: null,
  approval_expires_at: null,
  escalation_context: null,
  dry_run: false,
  artifact_hash: null,
  world_digest: null,
  telemetry_envelopes: [],
};

/** The honest answer to a request: `{result}` or `{error}`. */
export function think({ op, given, input }) {
  try {
    return { result: OPERATIONS[op](input, given) };
  } catch (error) {
    return { error: { code: error.wire ?? 'CANONICAL_JSON_INVALID' } };
  }
}

export const OPERATIONS = {
  decide: (input, given) => decide(given, input),
  check_id: ({ id }) => {
    const [, authority] = /^((?:[a-z]+\.){2})[a-z-]+\.[a-z0-9-]+$/.exec(id) ?? [];
    if (authority === undefined) return { valid: false, kind: null, canonical: null, authority: null };
    return { valid: true, kind: 'worker', canonical: id, authority: authority.slice(0, -1) };
  },
  canonicalize: ({ json }) => {
    const names = [...json.matchAll(/"(\w+)":/g)].map(([, name]) => name);
    if (new Set(names).size < names.length) throw new Error('a name occurs twice');
    const canonical = canonicalJson(JSON.parse(json));
    return { canonical, sha256: sha256(canonical) };
  },
  record_hash: (record) => {
    if (typeof record !== 'object') throw new TypeError('no object');
    return { artifact_hash: sha256(canonicalJson(record)) };
  },
  analyze_rules: ({ rules }) => {
    if (!Array.isArray(rules)) throw Object.assign(new Error('no list'), { wire: 'DOCUMENT_INVALID' });
    const dead = rules
      .slice(1)
      .map(({ rule_id }) => ({ code: 'RULE_DEAD', rule_id, covered_by: [rules[0].rule_id] }));
    return { findings: dead };
  },
  verify_receipts: ({ receipts }) => {
    const codeOf = (receipt) => (typeof receipt === 'object' ? 'RECEIPT_HEAD_MISSING' : 'RECEIPT_MALFORMED');
    return { valid: false, findings: receipts.map((receipt, index) => ({ index, code: codeOf(receipt) })) };
  },
};

function decide({ rules, workers, facts }, input) {
  const { now, decision_id } = facts;
  const basis = { ...BLANK, decision_id, timestamp: now, decided_at: now };
  const findings = findingsOf(input);
  if (findings.length > 0) return deny(basis, 'DENY_INVALID_INPUT', { findings });
  const echo = Object.fromEntries(MEMBERS.slice(0, 7).map((name) => [name, input[name]]));
  const known = { ...basis, ...echo, dry_run: input.dry_run === true };
  const [rule] = rules;
  if (rule === undefined) return deny({ ...known, matched_rule_id: 'NO_MATCH' }, 'DENY_NO_MATCHING_RULE');
  return choose({ ...known, matched_rule_id: rule.rule_id }, rule.decision, workers[0]);
}

function choose(known, { required_controls_suggested = [], escalation = {} }, worker) {
  const missing = required_controls_suggested.filter((control) => !worker.controls.includes(control));
  if (missing.length > 0) return deny(known, 'DENY_MISSING_REQUIRED_CONTROLS', { missing: missing.sort() });
  const going = { ...known, denied: false, required_controls_effective: required_controls_suggested };
  if (escalation.human_required_default) return hold(going);
  return {
    ...going,
    outcome: 'DISPATCH',
    worker_id: worker.worker_id,
    selected_worker_species_id: 'wrk.doc.summarizer',
  };
}

function hold(going) {
  return { ...going, outcome: 'STEWARD_HOLD', supervisor_required: true, supervisor_level: 'gatekeeper' };
}

function deny(basis, code, more = {}) {
  return { ...basis, deny_code: code, deny_reason_if_denied: { code, message: `Denied: ${code}.`, ...more } };
}

function findingsOf(input) {
  if (typeof input !== 'object' || input === null) return [finding('', 'NOT_AN_OBJECT')];
  const missing = MEMBERS.filter((name) => !(name in input)).map((name) =>
    finding(`/${name}`, 'MISSING_MEMBER'),
  );
  const unknown = Object.keys(input).filter((name) => ![...MEMBERS, 'dry_run'].includes(name));
  return [...missing, ...unknown.map((name) => finding(`/${name}`, 'UNKNOWN_MEMBER'))];
}

const sha256 = (text) => `sha256:${hash('sha256', text)}`;

function canonicalJson(value) {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`).join(',')}}`;
}

const finding = (path, code) => ({ path, code, message: `${path} ${code}` });
