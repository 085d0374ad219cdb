import { join } from 'node:path';
import type { PolicyFinding } from '@wcp/policy';
import { examineGate } from '../../gate/examine-gate.ts';
import { LAYOUT } from '../../layout.ts';
import { type CheckBase, type DeploymentCheck, fail, ok, warn } from '../check.ts';
import { placeIn } from '../folder-checks.ts';
import { editing } from '../shell-command.ts';

/** The policies of the gate, loaded and tested as a Hall would; nothing where there is no gate. */
export async function gateChecks({ dir, env }: CheckBase): Promise<DeploymentCheck[]> {
  const gate = await examineGate(dir, { env, online: true });
  // A file that cannot be read is a matter of the settings.
  if (gate === null || gate.kind === null) return [];
  const { kind, policy_version, findings, unchecked } = gate;
  if (findings.length > 0) return findings.map((finding) => failed(dir, finding));
  const remarks = unchecked.map((each) => warn('gate', each, { subject: kind }));
  return [ok('gate', `The policies can be put in force: ${policy_version}.`, { subject: kind }), ...remarks];
}

function failed(dir: string, { file, line, message, remedy }: PolicyFinding): DeploymentCheck {
  const subject = file === null || line === null ? file : `${file}:${line}`;
  const command = /^Run: (.+)$/.exec(remedy)?.[1];
  const place = file === null ? join(dir, LAYOUT.server) : placeIn(dir, file);
  const said = command === undefined ? `${message} ${remedy}` : message;
  return fail('gate', said, { subject, remedy: command ?? editing(place) });
}
