/**
 * `npm run check:auditor`: an auditor on another machine. A Hall, two witnesses and an authority of timestamps live as
 * processes; what they leave is copied to an empty folder, where the packed and installed command line, which never saw
 * the Hall, verifies it without a network, and finds every tampering by its own code.
 *
 * `-- --record FILE` keeps the evidence in one file, as the tests have it; `-- --only TEXT` tries the tamperings whose
 * name holds the text.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pack, packageNames, run } from '../packages/pack.ts';
import { ROOT } from '../repository/root.ts';
import { type Machine, processMachine } from './scene/machine.ts';
import { type MadeEvidence, makeEvidence } from './scene/make-evidence.ts';
import { recordEvidence } from './scene/recorded-evidence.ts';
import { hasOpenssl } from './scene/timestamp-authority.ts';
import { EvidenceCopy } from './tamper/evidence-copy.ts';
import { TAMPERINGS } from './tamper/tamperings.ts';
import { type EvidenceKind, honestOf, type Verified, verifyCopy } from './tamper/verify-copy.ts';

const { values: options } = parseArgs({
  options: { only: { type: 'string', default: '' }, record: { type: 'string' } },
});
const scratch = mkdtempSync(join(tmpdir(), 'wcp-auditor-'));
const count = { passed: 0, failed: 0 };

try {
  if (!hasOpenssl) throw new Error('openssl is missing: it is the authority of timestamps.');
  await checkAll();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`\nauditor: ${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed === 0 ? 0 : 1;

async function checkAll(): Promise<void> {
  const place = join(scratch, 'operator');
  mkdirSync(place);
  console.log('A Hall lives: three rotations, a revocation, two witnesses, timestamps, a forgotten tenant …');
  const made = await makeEvidence(processMachine(join(ROOT, 'packages/cli/bin/wcp.mjs'), place), place);
  if (options.record !== undefined) recordEvidence(made, options.record);
  const auditor = elsewhere(install(), made);
  rmSync(place, { recursive: true });
  for (const { kind, not_checked } of honestOf(auditor.copy())) {
    const expected = { exit: 0, ok: true, codes: [], not_checked };
    await compare(`untouched: ${kind}`, expected, () => auditor.verify(auditor.copy(), kind));
  }
  for (const { name, kind, change, codes } of TAMPERINGS) {
    if (!name.includes(options.only)) continue;
    const copy = auditor.copy();
    change(copy);
    await compare(`${kind}: ${name}`, { ok: false, codes: [...codes].toSorted() }, () =>
      auditor.verify(copy, kind),
    );
  }
}

/** Every package from its tarball, in a project that knows nothing of this repository. */
function install(): string {
  const project = join(scratch, 'installed');
  mkdirSync(project);
  const tarballs = packageNames().map((name) => [
    `@wcp/${name}`,
    `file:${pack(name, join(scratch, 'tarballs'))}`,
  ]);
  const overrides = Object.fromEntries(tarballs);
  const dependencies = { '@wcp/cli': overrides['@wcp/cli'] };
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, dependencies, overrides }));
  console.log('The command line is packed, and installed elsewhere …');
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], project);
  return join(project, 'node_modules/@wcp/cli/bin/wcp.mjs');
}

/** What an auditor has: an installed program, and copies of what they were given. */
interface Auditor {
  copy(): EvidenceCopy;
  verify(copy: EvidenceCopy, kind: EvidenceKind): Promise<Verified>;
}

function elsewhere(program: string, { dir, origin, stolen }: MadeEvidence): Auditor {
  const given = join(scratch, 'given');
  cpSync(dir, given, { recursive: true });
  const work = join(scratch, 'auditor');
  const machine: Machine = processMachine(program, scratch, withoutNetwork());
  return {
    copy() {
      rmSync(work, { recursive: true, force: true });
      cpSync(given, work, { recursive: true });
      return new EvidenceCopy(work, stolen);
    },
    verify: (copy, kind) => verifyCopy(copy, kind, origin, (args) => machine.run(args)),
  };
}

/** What takes the network from a process, where this machine allows that. */
function withoutNetwork(): readonly string[] {
  const cut = ['unshare', '--map-root-user', '--net'];
  const isAllowed = spawnSync('unshare', [...cut.slice(1), 'true']).status === 0;
  console.log(
    isAllowed
      ? 'The auditor has no network.'
      : 'The network cannot be cut off on this machine: unshare is refused.',
  );
  return isAllowed ? cut : [];
}

async function compare(
  title: string,
  expected: Partial<Verified>,
  verify: () => Promise<Verified>,
): Promise<void> {
  const found = await verify();
  const differs = Object.entries(expected).filter(
    ([name, value]) => JSON.stringify(found[name as keyof Verified]) !== JSON.stringify(value),
  );
  const isAsExpected = differs.length === 0;
  count[isAsExpected ? 'passed' : 'failed'] += 1;
  console.log(`${isAsExpected ? 'ok    ' : 'FAILED'}  ${title}: ${found.codes.join(' ') || 'nothing found'}`);
  for (const [name, value] of differs) console.error(`        ${name} should be ${JSON.stringify(value)}`);
}
