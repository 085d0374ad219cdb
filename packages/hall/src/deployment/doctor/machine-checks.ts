import { existsSync } from 'node:fs';
import type { SandboxProbe } from '@wcp/sandbox';
import { type DeploymentCheck, fail, ok, warn } from './check.ts';
import { shellWord } from './shell-command.ts';

/** What this machine can enforce, and as whom a Hall would run. */
export function machineChecks(probe: SandboxProbe, dir: string, isNeeded: boolean): DeploymentCheck[] {
  return [sandboxCheck(probe, isNeeded), ...limitsCheck(probe, dir), userCheck(probe)];
}

/** @param isNeeded whether a worker gets no calls somewhere because it cannot be contained */
function sandboxCheck(
  { is_contained, version, reason, remedy }: SandboxProbe,
  isNeeded: boolean,
): DeploymentCheck {
  if (is_contained) return ok('sandbox', `Workers are contained by bubblewrap ${version}.`);
  const consequence = isNeeded
    ? 'Workers get no calls outside of dev.'
    : 'In dev workers run with nothing that holds them to their envelopes; elsewhere they get no calls.';
  return (isNeeded ? fail : warn)('sandbox', `${reason} ${consequence}`, { remedy });
}

function limitsCheck({ memory }: SandboxProbe, dir: string): DeploymentCheck[] {
  if (memory === null) return [];
  if (memory !== 'sampled') {
    return [ok('limits', `Memory and processes of workers are limited by a control group (${memory}).`)];
  }
  const message =
    'No control group is writable here, so that the memory of workers is watched every 100 ms, not limited.';
  return [warn('limits', message, { remedy: scopeFor(dir) })];
}

/** Starts the Hall in a control group of its own, where systemd can make one. */
function scopeFor(dir: string): string | null {
  if (!existsSync('/run/systemd/system')) return null;
  const user = process.getuid?.() === 0 ? '' : '--user ';
  return `systemd-run ${user}--scope -p Delegate=yes wcp serve ${shellWord(dir)}`;
}

function userCheck({ is_contained, remedy }: SandboxProbe): DeploymentCheck {
  if (process.getuid?.() !== 0) return ok('user', 'A Hall that is started now does not run as root.');
  if (is_contained) {
    return ok(
      'user',
      'As root, a Hall starts each contained worker as a user of its own, without an account.',
    );
  }
  const message = 'A Hall that is started now runs as root, and so do its workers, which nothing contains.';
  return warn('user', message, { remedy });
}
