/**
 * Makes the first command typed in a fresh clone work: installs what the lockfile names when it
 * changed, bubblewrap where it may, and with --build compiles the packages. No dependencies: it runs before there are
 * any.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installBubblewrap } from './install-bubblewrap.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.wcp-install');
const failedStamp = join(root, 'node_modules', '.wcp-no-bubblewrap');
const env = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env.PATH}`,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
};

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail('WCP needs Node 20 or newer to set itself up. Install it and run the command again.');
}
const wanted = manifestsHash();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) install();
linkCommand();
installBubblewrap({
  env,
  stamp: failedStamp,
  platform: process.platform,
  isRoot: process.getuid?.() === 0,
  say: console.error,
});
if (process.argv.includes('--build')) run('npm', ['run', '--silent', 'build']);

function install() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  console.error('Setting up: installing dependencies (first run, or the lockfile changed) …');
  run('npx', [
    '-y',
    packageManager,
    'install',
    '--frozen-lockfile',
    '--reporter=append-only',
    '--loglevel=warn',
  ]);
  writeFileSync(stamp, wanted);
  rmSync(failedStamp, { force: true });
}

/** Lets `npx wcp` run the workspace's own command: a package of the root's would be one of every package. */
function linkCommand() {
  const link = join(bin, 'wcp');
  if (!existsSync(link)) symlinkSync(join('..', '..', 'packages', 'cli', 'bin', 'wcp.mjs'), link);
}

function manifestsHash() {
  const files = [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'tooling/package.json',
    ...packageManifests(),
  ];
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function packageManifests() {
  return ['packages', 'workers'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => join(folder, name, 'package.json'))
      .filter((file) => existsSync(join(root, file)))
      .sort(),
  );
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(`\`${command} ${args.join(' ')}\` failed${error ? `: ${error.message}` : ''}.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
