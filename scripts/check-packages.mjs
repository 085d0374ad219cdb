/**
 * `npm run check:packages`: looks at the packages as their users get them. Packs each, checks the
 * tarball with publint and arethetypeswrong, installs all of them in a project outside the workspace
 * and runs the first `js` snippet of each README there.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const packages = readdirSync('packages').filter((name) => existsSync(join('packages', name, 'package.json')));
const scratch = mkdtempSync(join(tmpdir(), 'wcp-packages-'));
const failures = [];
const count = { passed: 0 };

try {
  const tarballs = new Map(packages.map((name) => [name, pack(name)]));
  for (const [name, tarball] of tarballs) {
    check(`${name}: publint`, 'publint', [tarball, '--strict']);
    check(`${name}: types as its users load them`, 'attw', [tarball, '--profile', 'esm-only']);
  }
  install(tarballs);
  for (const name of packages) runSnippet(name);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`\npackages: ${count.passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);

function pack(name) {
  const folder = join(scratch, 'tarballs', name);
  mkdirSync(folder, { recursive: true });
  run('pnpm', ['pack', '--pack-destination', folder], join('packages', name));
  return join(folder, readdirSync(folder)[0]);
}

/** A project that knows nothing of the workspace: every @wcp package comes from its tarball. */
function install(tarballs) {
  const versions = Object.fromEntries([...tarballs].map(([name, file]) => [`@wcp/${name}`, `file:${file}`]));
  const manifest = {
    name: 'scratch',
    private: true,
    type: 'module',
    dependencies: { ...versions, zod: '4.6.7', '@opentelemetry/api': '1.10.0' },
    overrides: versions,
  };
  writeFileSync(join(scratch, 'package.json'), JSON.stringify(manifest));
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], scratch);
}

function runSnippet(name) {
  const readme = readFileSync(join('packages', name, 'README.md'), 'utf8');
  const snippet = /```js\n([\s\S]*?)```/.exec(readme)?.[1];
  if (snippet === undefined) {
    if (name !== 'cli') failures.push(`${name}: the README has no js snippet`);
    else
      check(
        'cli: the installed wcp answers',
        join(scratch, 'node_modules', '.bin', 'wcp'),
        ['version'],
        scratch,
      );
    return;
  }
  const file = join(scratch, `${name}.mjs`);
  writeFileSync(file, snippet);
  check(`${name}: README snippet`, 'node', [file], scratch);
}

function check(title, command, args, cwd = '.') {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 120_000,
  });
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'}  ${title}`);
  if (status === 0) count.passed += 1;
  else {
    failures.push(title);
    console.error(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
  }
}

function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`\`${command} ${args.join(' ')}\` failed:\n${stdout}${stderr}`);
}
