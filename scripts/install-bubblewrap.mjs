/**
 * Installs bubblewrap, which holds workers to their envelopes, where this may be done without asking: as root, with
 * apt-get, on Linux. Never fails: without it everything else works, and whoever runs a command is told.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const OPTIONS = [
  '-qq',
  '-o',
  'Acquire::Retries=1',
  '-o',
  'Acquire::http::Timeout=20',
  '-o',
  'DPkg::Lock::Timeout=60',
];
const COMMANDS = [
  ['update', ...OPTIONS],
  ['install', '-y', '--no-install-recommends', ...OPTIONS, 'bubblewrap'],
];
const LIMIT_MS = 180_000;

/** Beside the environment, what is asked of the machine; `stamp` remembers that an attempt failed. */
export function installBubblewrap({ env, stamp, platform, isRoot, say }) {
  if (platform !== 'linux') return say(`Workers are contained on Linux alone: here ${WITHOUT}`);
  if (has('bwrap', env)) return;
  if (env.WCP_NO_BUBBLEWRAP) return say(`bubblewrap is not installed, as WCP_NO_BUBBLEWRAP asks: ${WITHOUT}`);
  if (isRoot && has('apt-get', env) && !existsSync(stamp)) {
    say('Setting up: installing bubblewrap (apt-get), which holds workers to their envelopes …');
    const reason = COMMANDS.map((words) => complaintOf(words, env)).findLast((each) => each !== null);
    if (has('bwrap', env)) return;
    remember(stamp);
    say(`bubblewrap could not be installed: ${reason ?? 'it is not on PATH'}`);
  }
  say(
    `bubblewrap is not installed: ${WITHOUT} Install it: ${isRoot ? '' : 'sudo '}apt-get install bubblewrap`,
  );
}

const WITHOUT = 'workers run without being held to their envelopes, and outside of dev a Hall refuses them.';

/** What apt-get complained about at the end; null where it did what it was told. */
function complaintOf(words, env) {
  const { status, error, stderr } = spawnSync('apt-get', words, {
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LIMIT_MS,
  });
  if (status === 0) return null;
  return error?.message ?? (stderr.trim().split('\n').at(-1) || `apt-get ${words[0]} ended with ${status}`);
}

/** So that not every command tries it again; it is tried again when dependencies are installed anew. */
function remember(stamp) {
  try {
    writeFileSync(stamp, '');
  } catch {
    // Then the next command tries it again.
  }
}

function has(program, { PATH = '' }) {
  return PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}
