import type { Env } from '@wcp/spec';
import type { EnvelopeViolation } from '@wcp/spec/document';
import { type Denial, deny, type Evaluation, isStrict } from '../decision/evaluation.ts';
import type { CompiledEnvelope, CompiledWorker } from '../world/compiled-worker.ts';

const ASKING_CONTROL = 'ctrl.privilege-envelopes-required';

/** Step 11: the worker's envelope is within the ceiling, where the Hall or a control asks. */
export function checkEnvelope(current: Evaluation): Denial | null {
  const { engine } = current;
  const asked =
    engine.settings.enforce_privilege_envelopes || current.controls?.includes(ASKING_CONTROL) === true;
  if (!asked) return null;
  const violations = violationsOf(current, (current.worker as CompiledWorker).envelope);
  current.envelope_ok = violations.length === 0;
  return current.envelope_ok ? null : deny('DENY_PRIVILEGE_ENVELOPE_VIOLATED', { violations });
}

type Check = (envelope: CompiledEnvelope, current: Evaluation) => boolean;

/** What an envelope may break, in the sorted order in which it is reported (section 13). */
const CHECKS: readonly (readonly [EnvelopeViolation, Check])[] = [
  ['egress_not_allowlisted', leavesAllowlist],
  ['egress_not_none', mayReachOut],
  ['egress_unrestricted', isUnrestricted],
  ['secret_not_allowed', wantsForeignSecret],
  ['write_path_refused', ({ writes_outside }) => writes_outside],
];

function violationsOf(current: Evaluation, envelope: CompiledEnvelope | null): EnvelopeViolation[] {
  if (envelope === null) {
    return isStrict(current) || current.engine.settings.egress_none ? ['envelope_missing'] : [];
  }
  const violations: EnvelopeViolation[] = [];
  for (const [violation, breaks] of CHECKS) if (breaks(envelope, current)) violations.push(violation);
  return violations;
}

/** RESTRICTED data in prod and edge goes to the Hall's hosts only. */
function leavesAllowlist({ egress, hosts }: CompiledEnvelope, current: Evaluation): boolean {
  if (current.input.data_label !== 'RESTRICTED' || egress !== 'allowlisted' || !isStrict(current))
    return false;
  const allowed = current.engine.settings.egress_allowlist[current.input.env as Env];
  return hosts.some((host) => !allowed.has(host));
}

/** `prof.edge.isolated` lets nothing out, in any environment. */
function mayReachOut(envelope: CompiledEnvelope, current: Evaluation): boolean {
  return (
    current.engine.settings.egress_none && envelope.egress !== 'none' && !isUnrestricted(envelope, current)
  );
}

/** Unrestricted egress is refused in prod and edge, and is then the only egress violation. */
function isUnrestricted({ egress }: CompiledEnvelope, current: Evaluation): boolean {
  return egress === 'unrestricted' && isStrict(current);
}

function wantsForeignSecret({ secrets }: CompiledEnvelope, current: Evaluation): boolean {
  if (!isStrict(current)) return false;
  const allowed = current.engine.settings.secrets[current.input.env as Env];
  return secrets.some((name) => !allowed.has(name));
}
