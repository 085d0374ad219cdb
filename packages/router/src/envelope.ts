import type { Env, EnvelopeViolation, PrivilegeEnvelope } from '@wcp/spec';
import { type Case, type Denial, deny, isStrict } from './case.ts';
import type { CompiledWorker } from './compiled-worker.ts';
import type { Settings } from './settings.ts';

const ASKING_CONTROL = 'ctrl.privilege-envelopes-required';

/** Step 11: the worker's envelope is within the ceiling, where the Hall or a control asks. */
export function checkEnvelope(current: Case): Denial | null {
  const { engine } = current;
  const asked =
    engine.settings.enforce_privilege_envelopes || current.controls?.includes(ASKING_CONTROL) === true;
  if (!asked) return null;
  const violations = violationsOf(current, (current.worker as CompiledWorker).envelope);
  current.envelope_ok = violations.length === 0;
  return current.envelope_ok ? null : deny('DENY_PRIVILEGE_ENVELOPE_VIOLATED', { violations });
}

/** What an envelope may break, in the sorted order in which it is reported (section 13). */
const CHECKS: readonly (readonly [
  EnvelopeViolation,
  (envelope: PrivilegeEnvelope, current: Case) => boolean,
])[] = [
  ['egress_not_allowlisted', leavesAllowlist],
  [
    'egress_not_none',
    (envelope, current) =>
      current.engine.settings.egress_none &&
      egressOf(envelope) !== 'none' &&
      !isUnrestricted(envelope, current),
  ],
  ['egress_unrestricted', isUnrestricted],
  ['secret_not_allowed', wantsForeignSecret],
  ['write_path_refused', writesOutside],
];

function violationsOf(current: Case, envelope: PrivilegeEnvelope | null): EnvelopeViolation[] {
  if (envelope !== null) {
    return CHECKS.flatMap(([violation, breaks]) => (breaks(envelope, current) ? [violation] : []));
  }
  return isStrict(current) || current.engine.settings.egress_none ? ['envelope_missing'] : [];
}

function egressOf(envelope: PrivilegeEnvelope): string {
  return envelope.network_egress ?? 'unrestricted';
}

/** Unrestricted egress is refused in prod and edge, and is then the only egress violation. */
function isUnrestricted(envelope: PrivilegeEnvelope, current: Case): boolean {
  return egressOf(envelope) === 'unrestricted' && isStrict(current);
}

/** RESTRICTED data in prod and edge goes to the Hall's hosts only. */
function leavesAllowlist(envelope: PrivilegeEnvelope, current: Case): boolean {
  if (current.input.data_label !== 'RESTRICTED' || !isStrict(current)) return false;
  if (egressOf(envelope) !== 'allowlisted') return false;
  const allowed = listOf(current, 'egress_allowlist');
  return (envelope.egress_allowlist ?? []).some((host) => !allowed.has(host));
}

function wantsForeignSecret(envelope: PrivilegeEnvelope, current: Case): boolean {
  if (!isStrict(current)) return false;
  const allowed = listOf(current, 'secrets');
  return (envelope.secrets_access ?? []).some((name) => !allowed.has(name));
}

function writesOutside(envelope: PrivilegeEnvelope): boolean {
  return (envelope.filesystem_writes ?? []).some(
    (path) => path === '/' || !path.startsWith('/') || path.split('/').includes('..'),
  );
}

function listOf(
  current: Case,
  list: keyof Pick<Settings, 'egress_allowlist' | 'secrets'>,
): ReadonlySet<string> {
  return current.engine.settings[list][current.input.env as Env];
}
