import type { EnvelopeViolation } from '@wcp/spec/document';
import { type Denial, deny } from '../evaluation/denial.ts';
import { isStrict, type SelectedEvaluation } from '../evaluation/evaluation.ts';
import type { CompiledEnvelope } from '../world/compiled-worker.ts';

/** The control that requires a check of the envelope, whatever the Hall's configuration says. */
const ENVELOPE_CONTROL = 'ctrl.privilege-envelopes-required';

/** Step 11: the worker's envelope is within the ceiling, where the Hall or a control requires one. */
export function checkEnvelope(current: SelectedEvaluation): Denial | null {
  const { engine, controls, worker } = current;
  if (!engine.settings.enforce_privilege_envelopes && !controls.includes(ENVELOPE_CONTROL)) return null;
  const violations = violationsOf(current, worker.envelope);
  current.envelope_ok = violations.length === 0;
  return current.envelope_ok ? null : deny('DENY_PRIVILEGE_ENVELOPE_VIOLATED', { violations });
}

type Check = (envelope: CompiledEnvelope, current: SelectedEvaluation) => boolean;

/** What an envelope may break, in the sorted order in which it is reported (section 13). */
const CHECKS: readonly (readonly [EnvelopeViolation, Check])[] = [
  ['egress_not_allowlisted', leavesAllowlist],
  ['egress_not_none', mayReachOut],
  ['egress_unrestricted', isUnrestricted],
  ['secret_not_allowed', wantsForeignSecret],
  ['write_path_refused', ({ writes_outside }) => writes_outside],
];

function violationsOf(current: SelectedEvaluation, envelope: CompiledEnvelope | null): EnvelopeViolation[] {
  if (envelope === null) {
    return isStrict(current) || current.engine.settings.egress_none ? ['envelope_missing'] : [];
  }
  const violations: EnvelopeViolation[] = [];
  for (const [violation, breaks] of CHECKS) if (breaks(envelope, current)) violations.push(violation);
  return violations;
}

/** RESTRICTED data in prod and edge goes to the Hall's hosts only. */
function leavesAllowlist({ egress, hosts }: CompiledEnvelope, current: SelectedEvaluation): boolean {
  if (current.input.data_label !== 'RESTRICTED' || egress !== 'allowlisted' || !isStrict(current))
    return false;
  const allowed = current.engine.settings.egress_allowlist[current.input.env];
  return hosts.some((host) => !allowed.has(host));
}

/** `prof.edge.isolated` lets nothing out, in any environment. */
function mayReachOut(envelope: CompiledEnvelope, current: SelectedEvaluation): boolean {
  return (
    current.engine.settings.egress_none && envelope.egress !== 'none' && !isUnrestricted(envelope, current)
  );
}

/** Unrestricted egress is refused in prod and edge, and is then the only egress violation. */
function isUnrestricted({ egress }: CompiledEnvelope, current: SelectedEvaluation): boolean {
  return egress === 'unrestricted' && isStrict(current);
}

function wantsForeignSecret({ secrets }: CompiledEnvelope, current: SelectedEvaluation): boolean {
  if (!isStrict(current)) return false;
  const allowed = current.engine.settings.secrets[current.input.env];
  return secrets.some((name) => !allowed.has(name));
}
