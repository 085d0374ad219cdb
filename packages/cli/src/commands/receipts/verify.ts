import { type NotChecked, notChecked } from '@wcp/evidence/log';
import type { Command } from 'commander';
import { EXIT } from '../../base/exit-code.ts';
import type { Terminal } from '../../base/terminal.ts';
import { type EvidenceNames, type LoadedEvidence, loadEvidence } from '../../evidence/evidence-files.ts';
import type { LocatedFinding } from '../../evidence/examine-evidence.ts';
import { isTileFolder, type VerifiedTiles, verifyTileFolder } from '../../evidence/verify-tile-folder.ts';
import { InputReader } from '../../input/input-reader.ts';
import { jsonText } from '../../print/json.ts';
import { count, escaped } from '../../print/layout.ts';
import { placeText } from '../../print/problems.ts';
import { Progress } from '../../print/progress.ts';
import { type VerifiedEvidence, verifyEvidence } from '../../replay/verify-evidence.ts';
import { type CommandContext, register } from '../register.ts';

/** `wcp receipts verify`: everything that is wrong with evidence (section 8). */
export function addVerify(group: Command, context: CommandContext): void {
  const command = register(group, 'verify', {
    summary: 'Verify receipts and decisions: find every changed, missing or forged one.',
    example: 'wcp receipts verify evidence/ --keys hall.pub.pem --checkpoint from-a-witness.txt',
    details:
      'The end of a log is only certain up to a checkpoint: without one that covers the last receipt, the exit code is 1. Decisions in the folder are made again and compared with their receipts, worlds and events.',
    exits: '0 the evidence is intact, 1 something was found, 2 wrong usage or bad input.',
  });
  command
    .argument(
      '<folder|file>',
      'a folder of evidence or of tiles, or a file of receipts (one per line, or one JSON list)',
    )
    .option('--keys <file>', 'the first public key of the log: PEM, or JSON {signing_key_id: hex}')
    .option(
      '--checkpoint <files...>',
      'signed checkpoints that you or a witness saved, beside the one in the folder',
    )
    .option('--no-checkpoint', 'accept that receipts missing from the end cannot be detected')
    .option(
      '--witness-policy <file>',
      'who must have cosigned: a C2SP tlog-policy, or JSON {witnesses, quorum}',
    )
    .option('--timestamp-certificates <file>', 'PEM: certificates of the authorities whose timestamps count')
    .option('--no-times', 'accept that receipts are dated out of order, as long as the timestamps agree')
    .option('--origin <name>', 'the name of the log that the checkpoints must belong to')
    .action(async (target: string, options: EvidenceNames & { origin?: string; json?: boolean }) => {
      await verify(context, target, options);
    });
}

/** Bytes of a file of receipts that is verified while it is read, on all cores. */
const LARGE = 16 * 1024 ** 2;

async function verify(
  { terminal, exitWith }: CommandContext,
  target: string,
  options: EvidenceNames & { origin?: string; json?: boolean },
): Promise<void> {
  if (isTileFolder(target)) {
    const verified = await verifyTileFolder(terminal, target, options);
    terminal.write(options.json ? jsonText(tilesDocument(verified)) : tilesText(verified, terminal));
    return exitWith(verified.findings.length === 0 ? EXIT.ok : EXIT.found);
  }
  const evidence = await loadEvidence(new InputReader(terminal), target, options, { streamedFrom: LARGE });
  const progress = new Progress(terminal, 'receipts verified');
  const { origin } = options;
  const verified = await verifyEvidence(terminal, evidence, {
    origin,
    onProgress: (done) => progress.report(done),
  });
  const {
    receipts,
    findings,
    is_whole,
    is_cut_off,
    decisions,
    not_held,
    witnessed_size,
    timestamps,
    not_checked,
  } = verified;
  const { checkpoints } = evidence;
  if (options.json) {
    const read = { receipts, checkpoints: checkpoints.length, timestamps };
    const counts = { ...read, decisions, not_held };
    const ok = findings.length === 0;
    const unseen = [...not_checked, ...alsoNotChecked(evidence, verified)];
    const about = { ok, is_whole, is_cut_off, witnessed_size, ...counts };
    terminal.write(jsonText({ ...about, findings, not_checked: unseen }));
  } else print(terminal, evidence, verified);
  exitWith(findings.length === 0 ? EXIT.ok : EXIT.found);
}

/** What the text says in sentences of its own. */
function alsoNotChecked(
  { keysAreGiven, isPart, isEndWaived }: LoadedEvidence,
  { is_whole }: VerifiedEvidence,
): NotChecked[] {
  return [
    ...(isPart ? [notChecked('STREAM_ENDS_NOT_CHECKED')] : []),
    ...(isEndWaived && is_whole === null ? [notChecked('END_NOT_CHECKED')] : []),
    ...(keysAreGiven ? [] : [notChecked('FIRST_KEY_NOT_GIVEN')]),
  ];
}

/** The checkpoint of a folder of tiles covers its end: without one, nothing was verified. */
function tilesDocument(verified: VerifiedTiles): object {
  const { size, checkpoints, findings, is_cut_off, is_whole, keysAreGiven } = verified;
  const not_checked = [...verified.not_checked, ...(keysAreGiven ? [] : [notChecked('FIRST_KEY_NOT_GIVEN')])];
  const ok = findings.length === 0;
  return {
    ok,
    is_whole: ok ? is_whole : null,
    receipts: size,
    checkpoints,
    decisions: null,
    is_cut_off,
    findings,
    not_checked,
  };
}

function tilesText(verified: VerifiedTiles, { colours }: Terminal): string {
  const { size, checkpoints, findings, is_cut_off, is_whole, keysAreGiven, not_checked } = verified;
  const lines = findings.map((finding) => `${findingText(finding)}${finding.message}\n`);
  const verdict =
    findings.length > 0
      ? colours.red(foundText(findings.length, is_cut_off))
      : colours.green(
          is_whole ? 'ok: nothing is changed or missing' : 'ok: nothing is changed in this archive',
        );
  lines.push(`${count(size, 'receipt')}, ${count(checkpoints, 'checkpoint')}: ${verdict}.\n`);
  for (const { code, message } of not_checked) lines.push(`Not checked: ${code}: ${message}\n`);
  if (!keysAreGiven) lines.push(KEY_OF_THE_EVIDENCE);
  return lines.join('');
}

function foundText(findings: number, isCutOff: boolean): string {
  return `${count(findings, 'finding')}${isCutOff ? ', and the rest was not looked at' : ''}`;
}

const KEY_OF_THE_EVIDENCE = 'The key came with the evidence. Give one that you trust with --keys.\n';

function print(terminal: Terminal, evidence: LoadedEvidence, verified: VerifiedEvidence): void {
  const { findings, decisions, not_held, witnessed_size, timestamps, not_checked } = verified;
  for (const finding of findings) terminal.write(`${findingText(finding)}${finding.message}\n`);
  const counts = [
    count(verified.receipts, 'receipt'),
    count(evidence.checkpoints.length, 'checkpoint'),
    ...(timestamps === 0 ? [] : [count(timestamps, 'timestamp')]),
    ...(decisions === null ? [] : [count(decisions, 'decision')]),
  ];
  terminal.write(`${counts.join(', ')}: ${verdictText(evidence, verified, terminal)}.\n`);
  if (witnessed_size !== null) terminal.write(`Witnessed: the first ${count(witnessed_size, 'receipt')}.\n`);
  for (const { code, message } of not_checked) terminal.write(`Not checked: ${code}: ${message}\n`);
  if (not_held > 0) {
    terminal.write(`${count(not_held, 'request')} no longer held, as receipts say: not decided again.\n`);
  }
  if (evidence.isPart) {
    terminal.write(
      'This is part of a log, each receipt with a proof. Receipts missing from the end of a stream cannot be detected.\n',
    );
  }
  if (!evidence.keysAreGiven) {
    terminal.write(KEY_OF_THE_EVIDENCE);
  }
}

function verdictText(
  { isPart }: LoadedEvidence,
  { findings, is_whole, is_cut_off }: VerifiedEvidence,
  { colours }: Terminal,
): string {
  if (findings.length > 0) return colours.red(foundText(findings.length, is_cut_off));
  if (is_whole === null) {
    return colours.yellow(
      'nothing is changed, but no checkpoint shows whether receipts are missing from the end',
    );
  }
  return colours.green(isPart ? 'ok: nothing is changed' : 'ok: nothing is changed or missing');
}

function findingText({ file, line, index, code, decision_id }: LocatedFinding): string {
  const place = line === null ? null : { line, column: 1 };
  const receipt = /^(?:RECEIPT|PROOF|TILE)_/.test(code) ? ` (receipt ${index + 1})` : '';
  const which = decision_id === undefined ? receipt : ` (decision ${escaped(decision_id ?? '-')})`;
  return `${placeText({ file, place, path: null })}${code}${which}: `;
}
