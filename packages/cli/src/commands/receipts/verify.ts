import type { Command } from 'commander';
import { EXIT } from '../../base/exit-code.ts';
import type { Terminal } from '../../base/terminal.ts';
import { type EvidenceNames, type LoadedEvidence, loadEvidence } from '../../evidence/evidence-files.ts';
import { examineEvidence, type LocatedFinding } from '../../evidence/examine-evidence.ts';
import { InputReader } from '../../input/input-reader.ts';
import { jsonText } from '../../print/json.ts';
import { count } from '../../print/layout.ts';
import { placeText } from '../../print/problems.ts';
import { type CommandContext, register } from '../register.ts';

/** `wcp receipts verify`: everything that is wrong with evidence (section 8). */
export function addVerify(group: Command, context: CommandContext): void {
  const command = register(group, 'verify', {
    summary: 'Verify receipts: find every changed, missing or forged one.',
    example: 'wcp receipts verify evidence/ --keys hall.pub.pem --checkpoint from-a-witness.txt',
    exits: '0 the evidence is intact, 1 something was found, 2 wrong usage or bad input.',
  });
  command
    .argument('<folder|file>', 'a folder of evidence, or a file of receipts (one per line, or one JSON list)')
    .option('--keys <file>', "the Hall's public key: PEM, or JSON {signing_key_id: hex}")
    .option('--checkpoint <files...>', 'signed checkpoints that you or a witness saved')
    .option('--origin <name>', 'the name of the log that the checkpoints must belong to')
    .action(async (target: string, options: EvidenceNames & { origin?: string; json?: boolean }) => {
      await verify(context, target, options);
    });
}

async function verify(
  { terminal, exitWith }: CommandContext,
  target: string,
  options: EvidenceNames & { origin?: string; json?: boolean },
): Promise<void> {
  const evidence = await loadEvidence(new InputReader(terminal), target, options);
  const findings = examineEvidence(evidence, options.origin);
  const { receipts, checkpoints, proofs } = evidence;
  if (options.json) {
    const counts = { receipts: receipts.length, checkpoints: checkpoints.length };
    const summary = { ok: findings.length === 0, is_whole: proofs === null, ...counts };
    terminal.write(jsonText({ ...summary, findings }));
  } else print(terminal, evidence, findings);
  exitWith(findings.length === 0 ? EXIT.ok : EXIT.found);
}

function print(terminal: Terminal, evidence: LoadedEvidence, findings: readonly LocatedFinding[]): void {
  const { colours } = terminal;
  const { receipts, checkpoints, keysAreGiven, proofs } = evidence;
  for (const finding of findings) terminal.write(`${findingText(finding)}${finding.message}\n`);
  const what = `${count(receipts.length, 'receipt')}, ${count(checkpoints.length, 'checkpoint')}`;
  const verdict =
    findings.length === 0
      ? colours.green('ok: nothing is changed or missing')
      : colours.red(count(findings.length, 'finding'));
  terminal.write(`${what}: ${verdict}.\n`);
  if (proofs !== null) {
    terminal.write(
      'This is part of a log, each receipt with a proof. Receipts missing from the end of a stream cannot be detected.\n',
    );
  } else if (checkpoints.length === 0) {
    terminal.write('Without a checkpoint, receipts missing from the end cannot be detected.\n');
  }
  if (!keysAreGiven) {
    terminal.write('The key came with the evidence. Give one that you trust with --keys.\n');
  }
}

function findingText({ file, line, index, code }: LocatedFinding): string {
  const place = line === null ? null : { line, column: 1 };
  const which = /^(?:RECEIPT|PROOF)_/.test(code) ? ` (receipt ${index + 1})` : '';
  return `${placeText({ file, place, path: null })}${code}${which}: `;
}
