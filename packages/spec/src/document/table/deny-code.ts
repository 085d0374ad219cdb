/** What one deny code means (section 12). `step` is the step that gives it, 0 for any. */
export interface DenyCodeEntry {
  readonly section: string;
  readonly step: number;
  readonly meaning: string;
  readonly remedy: string;
}

const entry = (step: number, meaning: string, remedy: string): DenyCodeEntry => ({
  section: step === 0 ? '5' : `5.${step}`,
  step,
  meaning,
  remedy,
});

/** Every code that a decision may deny with: where it comes from, what it means, what to do. */
export const DENY_CODES = {
  DENY_INVALID_INPUT: entry(
    1,
    'The request is not a valid RouteInput.',
    'Correct every finding in the answer; each names a path and what is expected there.',
  ),
  DENY_MISSING_TENANT_ID: entry(
    1,
    'The request does not name its tenant.',
    'Send the tenant_id under which the Hall knows you.',
  ),
  DENY_MISSING_CORRELATION_ID: entry(
    1,
    'The request has no correlation id, so its trail could not be followed.',
    'Send a correlation_id, for example a new UUID for each task.',
  ),
  DENY_HALL_MISCONFIGURED: entry(
    2,
    "The Hall's own documents have errors, so it denies everything.",
    'Ask the operator to run `wcp rules check` and `wcp validate` and to fix what they report.',
  ),
  DENY_FROZEN: entry(
    3,
    'Dispatch is frozen for the Hall, for this tenant or for this correlation.',
    'Wait until a steward lifts the freeze, or ask the operator why it was set.',
  ),
  DENY_UNKNOWN_TENANT: entry(
    4,
    "The tenant is not on the Hall's list of signatories.",
    'Ask the operator to add the tenant to allowed_tenants.',
  ),
  DENY_TENANT_ENV_NOT_ALLOWED: entry(
    4,
    'This environment is not open to the tenant.',
    "Use an environment that is, or ask the operator to add it to the tenant's entry in tenant_floors.",
  ),
  DENY_TENANT_CREDENTIAL_INVALID: entry(
    5,
    'The Hall requires a signed credential, and the request has none that is valid for this tenant.',
    'Send a fresh tenant_credential issued to this tenant.',
  ),
  DENY_POLICY_VERSION_MISMATCH: entry(
    6,
    'The caller expects a different policy version from the one the Hall runs.',
    'Read the new policy, then send the expected version or leave policy_version out.',
  ),
  DENY_SHADOW_RULES_DETECTED: entry(
    7,
    'A rule can never match because earlier rules take all of its requests, so the rules do not mean what they seem to.',
    'Reorder, narrow or delete the listed rules; `wcp rules check` shows which rules cover them.',
  ),
  DENY_NO_MATCHING_RULE: entry(
    8,
    'No rule matches this request, and nothing is dispatched without a rule.',
    'Check the capability id; if it is right, ask the operator for a rule that allows it.',
  ),
  DENY_NO_AVAILABLE_WORKER: entry(
    9,
    "None of the rule's workers can take this request now.",
    'See the skip_reason of each candidate. not_enrolled: enrol a worker of that species. unavailable: `wcp workers list` shows whether the Hall reaches the worker (if not, the operator adds it to server.json) and whether it is flagged; otherwise wait. env_not_allowed: allow the environment in its record.',
  ),
  DENY_MISSING_REQUIRED_CONTROLS: entry(
    9,
    'Every worker lacks a control that this request requires.',
    'Implement the missing controls in the worker and enrol it again with them in currently_implements.',
  ),
  DENY_UNTRUSTED_AUTHORITY: entry(
    9,
    'Every worker belongs to an authority that this Hall or this rule does not trust.',
    'Use a worker of a trusted authority, or ask the operator to trust this one.',
  ),
  DENY_WORKER_BANNED: entry(
    10,
    "The worker's code is on the ban list.",
    'Replace the code with a version that is not banned, and have its authority attest and enrol that.',
  ),
  DENY_WORKER_ATTESTATION_MISSING: entry(
    10,
    'Attestation is required, and the worker has none.',
    "Have the worker's authority attest and enrol its code: `wcp keygen --out keys`, `wcp attest build DIR --version 1.0.0 --key keys/wcp-key.pem`, `wcp workers enrol DIR --key-file keys/wcp-key.pem`.",
  ),
  DENY_WORKER_ATTESTATION_INVALID_HASH: entry(
    10,
    "The code hash in the worker's attestation is not a hash.",
    'Attest and enrol the code again: a code hash is sha256: followed by 64 lower-case hexadecimal digits.',
  ),
  DENY_WORKER_HASH_UNAVAILABLE: entry(
    10,
    "The worker's code could not be hashed, so it is unknown what would run.",
    "Make the worker's package readable to the Hall, and see in `wcp health` whether a ban list has expired; then try again.",
  ),
  DENY_WORKER_TAMPERED: entry(
    10,
    "The worker's code is not the code that was attested.",
    'Stop using the worker and find out who changed it; then restore it or have its authority attest it again, and have that authority enrol it again.',
  ),
  DENY_UNSIGNED_ARTIFACT: entry(
    10,
    "The rule requires a signed artifact, and the worker's is not signed.",
    "Sign the worker's package with its authority's key (`wcp attest build`), and have the operator register the public key (`wcp authorities add`).",
  ),
  DENY_PRIVILEGE_ENVELOPE_VIOLATED: entry(
    11,
    "The worker's privileges go beyond what the Hall allows here.",
    'Where `violations` has envelope_missing, add a privilege_envelope to the record; otherwise narrow the envelope by what it lists, or ask the operator to widen the allowlist. Then enrol the record again.',
  ),
  DENY_BLAST_RADIUS_EXCEEDED: entry(
    12,
    'The possible damage is above the limit.',
    'Use a worker with a smaller blast radius, or continue under a new correlation id after a review.',
  ),
  DENY_X_BUDGET_UNKNOWN: entry(
    12,
    'A budget limits this request, and the facts do not say what was spent of it.',
    'Send what was spent under the key of each budget in the fact x.spent; a Hall does that by itself.',
  ),
  DENY_X_BUDGET_EXHAUSTED: entry(
    12,
    'A budget has too little left for this request.',
    "Wait until the budget's window ends, or ask the operator to raise the limit in x.budgets.",
  ),
  DENY_POLICY_GATE: entry(
    13,
    'The policy gate denied the request.',
    "Read the gate's reason; the owner of the policy can change it.",
  ),
  DENY_POLICY_GATE_UNCONFIGURED: entry(
    13,
    'The rule requires a policy gate, and the Hall has none that may answer here.',
    'Ask the operator to configure a policy gate.',
  ),
  DENY_POLICY_GATE_INVALID_RESPONSE: entry(
    13,
    'The answer of the policy gate is not a verdict.',
    'Ask the operator to fix the gate: it must answer at once with decision, policy_version and reason.',
  ),
  DENY_POLICY_GATE_ERROR: entry(
    13,
    'The policy gate failed.',
    "Check the gate's own log, fix the gate and try again.",
  ),
  DENY_APPROVAL_STALE: entry(
    15,
    'The approval does not fit this decision: something has changed, or the wrong person gave it.',
    'Request the decision again, and have a steward other than the tenant approve it.',
  ),
  DENY_INTERNAL_ERROR: entry(
    0,
    'The decision could not be made: the facts were malformed, or the engine failed.',
    'Send facts in the form of section 4.4; if they are valid, report this as a bug.',
  ),
} as const satisfies Readonly<Record<string, DenyCodeEntry>>;

/** One of the codes of {@link DENY_CODES}. */
export type DenyCode = keyof typeof DENY_CODES;
