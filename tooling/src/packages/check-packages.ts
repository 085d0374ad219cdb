/**
 * `npm run check:packages`: looks at the packages as their users get them. Packs each, checks the
 * tarball with publint and arethetypeswrong, installs all of them in a project outside the workspace
 * and runs the first `js` snippet of each README there.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../repository/root.ts';
import { pack, packageNames, run } from './pack.ts';

const PACKAGES = join(ROOT, 'packages');
/** The snippet of this README needs a Hall, and a test of the package runs it against one; this takes its place. */
const CLIENT_PROGRAM = `
import { createHallClient } from '@wcp/client';
import { createHall } from '@wcp/hall';

const hall = await createHall();
const url = await hall.app.listen({ port: 0, host: '127.0.0.1' });
await createHallClient({ url }).showHealth();
await hall.close();
`;

/** A command that gets the signal which opens Node's debugger opens none: it goes on, and ends when it is told to. */
const DEBUGGER_PROGRAM = `
import { spawn } from 'node:child_process';

const wcp = spawn('node_modules/.bin/wcp', ['conformance', 'serve']);
let said = '';
wcp.stderr.on('data', (text) => { said += text; });
wcp.stdout.once('data', () => {
  wcp.kill('SIGUSR1');
  setTimeout(() => wcp.stdin.end('{"cmd":"stop"}\\n'), 1_000);
});
wcp.stdin.write('{"cmd":"start","protocol":1,"revision":"0.2"}\\n');
wcp.once('close', (code) => {
  process.stderr.write(said);
  process.exitCode = code === 0 && said === '' ? 0 : 1;
});
`;

const scratch = mkdtempSync(join(tmpdir(), 'wcp-packages-'));
const count = { passed: 0, failed: 0 };

try {
  checkAll(packageNames());
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`\npackages: ${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed === 0 ? 0 : 1;

function checkAll(names: readonly string[]): void {
  const tarballs = new Map(names.map((name) => [name, pack(name, join(scratch, 'tarballs'))]));
  for (const [name, tarball] of tarballs) {
    check(`${name}: publint`, 'publint', [tarball, '--strict']);
    check(`${name}: types as its users load them`, 'attw', [tarball, '--profile', 'esm-only']);
  }
  install(tarballs);
  for (const name of names) runInstalled(name);
}

/** A project that knows nothing of the workspace: every @wcp package comes from its tarball. */
function install(tarballs: ReadonlyMap<string, string>): void {
  const versions = Object.fromEntries([...tarballs].map(([name, file]) => [`@wcp/${name}`, `file:${file}`]));
  const manifest = {
    name: 'scratch',
    private: true,
    type: 'module',
    dependencies: {
      ...versions,
      zod: '4.6.7',
      '@opentelemetry/api': '1.10.0',
      '@cedar-policy/cedar-wasm': '4.13.0',
    },
    overrides: versions,
  };
  writeFileSync(join(scratch, 'package.json'), JSON.stringify(manifest));
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], scratch);
}

/** Runs the installed package: the snippet of its README, or what takes its place. */
function runInstalled(name: string): void {
  if (name === 'cli') {
    check('cli: the installed wcp answers', join(scratch, 'node_modules/.bin/wcp'), ['version'], scratch);
    runProgram('cli: the signal that opens a debugger opens none', name, DEBUGGER_PROGRAM);
  } else if (name === 'client') {
    runProgram('client: the installed client talks to the installed Hall', name, CLIENT_PROGRAM);
  } else {
    const readme = readFileSync(join(PACKAGES, name, 'README.md'), 'utf8');
    const snippet = /```js\n([\s\S]*?)```/.exec(readme)?.[1];
    if (snippet === undefined) report(`${name}: the README has a js snippet`, false);
    else runProgram(`${name}: README snippet`, name, snippet);
  }
}

function runProgram(title: string, name: string, code: string): void {
  const file = join(scratch, `${name}.mjs`);
  writeFileSync(file, code);
  check(title, 'node', [file], scratch);
}

function check(title: string, command: string, args: readonly string[], cwd = ROOT): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 120_000,
  });
  report(title, status === 0);
  if (status !== 0) console.error(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
}

function report(title: string, passed: boolean): void {
  console.log(`${passed ? 'ok    ' : 'FAILED'}  ${title}`);
  count[passed ? 'passed' : 'failed'] += 1;
}
