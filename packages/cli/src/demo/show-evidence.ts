import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OWNER_ONLY } from '../base/file-mode.ts';
import { writeWhole } from '../base/write-file.ts';
import { EVIDENCE_FILES, loadEvidence } from '../evidence/evidence-files.ts';
import { examineEvidence, type LocatedFinding } from '../evidence/examine-evidence.ts';
import { InputReader } from '../input/input-reader.ts';
import { count, escaped, rows } from '../print/layout.ts';
import type { DemoContext } from './demo-context.ts';
import { DENIED_REQUESTS } from './show-denials.ts';

/** Verifies the evidence, damages a copy of it, and shows that both damages are found. */
export async function showEvidence(context: DemoContext): Promise<void> {
  const { terminal, out, expectations } = context;
  const { bold, dim } = terminal.colours;
  const sound = await examine(context, out);
  const damage = await damageCopy(out);
  const damaged = await examine(context, damage.dir);
  const [changed, deleted] = [
    changeFindings(damaged.findings, damage),
    deletionFindings(damaged.findings, damage),
  ];
  expectations.expect(
    'Every decision and the outcome left a receipt.',
    sound.receipts === DENIED_REQUESTS.length + 2,
  );
  expectations.expect('The evidence verifies.', sound.findings.length === 0);
  expectations.expect('The changed byte is found.', changed.includes('RECEIPT_HASH_MISMATCH'));
  expectations.expect('The deleted receipt is found.', deleted.includes('RECEIPT_SEQ_GAP'));
  const { receipts, events, checkpoint, keys } = EVIDENCE_FILES;
  const verdict = sound.findings.length === 0 ? 'ok, nothing changed or missing' : codes(sound.findings);
  const table = [
    ['folder', `${escaped(out)}: ${receipts}, ${events}, ${checkpoint}, ${keys} (the public key)`],
    ['verified', `${count(sound.receipts, 'receipt')} against key and checkpoint: ${verdict}`],
    ['changed', `one byte of receipt ${damage.changed}, in a copy: ${found(changed)}`],
    ['deleted', `receipt ${damage.deleted} from that copy: ${found(deleted)}`],
  ] as const;
  terminal.write(`${bold('3. The evidence, and how tampering shows')}\n${rows(table, 2, dim)}\n`);
}

async function examine({ terminal }: DemoContext, dir: string) {
  const evidence = await loadEvidence(new InputReader(terminal), dir, {});
  return { receipts: evidence.receipts.length, findings: (await examineEvidence(evidence)).findings };
}

/** What was found at the changed receipt itself. */
function changeFindings(findings: readonly LocatedFinding[], { changed }: Damage): string[] {
  return findings.filter(({ line }) => line === changed).map(({ code }) => code);
}

/** What was found at the line after the deleted receipt, and in the checkpoint. */
function deletionFindings(findings: readonly LocatedFinding[], { deleted }: Damage): string[] {
  return findings.filter(({ line }) => line === deleted || line === null).map(({ code }) => code);
}

function found(found: readonly string[]): string {
  return found.length === 0 ? 'NOT FOUND' : `found (${found.join(', ')})`;
}

function codes(findings: readonly LocatedFinding[]): string {
  return findings.map(({ code }) => code).join(', ');
}

/** The damage done to a copy of the evidence, by numbers of receipts from 1. */
interface Damage {
  readonly dir: string;
  readonly changed: number;
  readonly deleted: number;
}

const CHANGED = 3;
const DELETED = 5;

/** Copies the evidence, changes one byte of one receipt in the copy and deletes another receipt. */
async function damageCopy(dir: string): Promise<Damage> {
  const copy = join(dir, 'damaged');
  await mkdir(copy, { recursive: true, mode: OWNER_ONLY.folder });
  const { receipts, keys, checkpoint } = EVIDENCE_FILES;
  await Promise.all([keys, checkpoint].map((name) => copyFile(join(dir, name), join(copy, name))));
  const lines = (await readFile(join(dir, receipts), 'utf8')).split('\n');
  lines[CHANGED - 1] = changeOneByte(lines[CHANGED - 1] ?? '');
  lines.splice(DELETED - 1, 1);
  await writeWhole(join(copy, receipts), lines.join('\n'));
  return { dir: copy, changed: CHANGED, deleted: DELETED };
}

/** Changes the last digit of the hash of the request. */
function changeOneByte(line: string): string {
  const mark = '"artifact_hash":"sha256:';
  const at = line.indexOf(mark) + mark.length + 63;
  return `${line.slice(0, at)}${line[at] === '0' ? '1' : '0'}${line.slice(at + 1)}`;
}
