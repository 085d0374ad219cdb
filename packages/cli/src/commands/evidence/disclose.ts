import type { HallClient } from '@wcp/client';
import { DISCLOSURE_FORMAT, type Disclosure, type ProvenReceipt } from '@wcp/evidence/log';
import type { Command } from 'commander';
import { CliError } from '../../base/cli-error.ts';
import { EXIT } from '../../base/exit-code.ts';
import { writeWhole } from '../../base/write-file.ts';
import { jsonText } from '../../print/json.ts';
import { escaped } from '../../print/layout.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';

/** `wcp evidence disclose`: one request and its proof, without the rest of the log (section 8.9). */
export function addDisclose(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = registerHall(group, 'disclose', {
    summary: 'Write one request with its receipt and the proof that it is in the log.',
    example: 'wcp evidence disclose 0195f3a0-7c1e-7000-8000-000000000001 --out disclosure.json',
    exits:
      '0 written, 1 no such decision, or its request is no longer held, 2 wrong usage, or the Hall refused.',
  });
  command
    .argument('<id>', 'the id of the decision')
    .requiredOption('--out <file>', 'the file, which must not exist yet')
    .action(async (id: string, options: HallOptions & { readonly out: string }) => {
      const disclosure = await disclosureOf(hallOf(terminal, options), id);
      await writeWhole(options.out, `${JSON.stringify(disclosure, null, 2)}\n`);
      const { position, size } = disclosure;
      terminal.write(
        options.json
          ? jsonText({ file: options.out, decision_id: id, position, size })
          : `${escaped(options.out)} holds the request and its proof. Anyone can verify it: wcp evidence verify ${escaped(options.out)} --keys first.pub.pem\n`,
      );
      exitWith(EXIT.ok);
    });
}

/** The checkpoint comes before the proof: it fixes the size of the log that the proof is about. */
async function disclosureOf(hall: HallClient, decision_id: string): Promise<Disclosure> {
  const { position, input, receipts } = await hall.showDecision({ decision_id });
  const receipt = receipts.find(({ kind }) => kind === 'decision');
  const { request = {} } = Object(input) as { readonly request?: unknown };
  if (receipt === undefined || receipt.artifact_hash === null) throw notDisclosable();
  const checkpoint = await hall.signCheckpoint();
  const size = Number(checkpoint.split('\n')[1]);
  const { proof } = await hall.proveInclusion({ position: String(position), size: String(size) });
  const key_receipts = await keyReceiptsOf(hall, size);
  const place = { position, size, proof, checkpoint };
  const keys = key_receipts.length > 0 && { key_receipts };
  return { disclosure: DISCLOSURE_FORMAT, request, receipt, ...place, ...keys };
}

/** The receipts that lead from the first key of the log to the one that signed, each with the proof of its place. */
async function keyReceiptsOf(hall: HallClient, size: number): Promise<ProvenReceipt[]> {
  const { changes } = await hall.showLogKeys();
  const proven: ProvenReceipt[] = [];
  for (const { position, receipt } of changes.filter((change) => change.position < size)) {
    const { proof } = await hall.proveInclusion({ position: String(position), size: String(size) });
    proven.push({ receipt, position, proof });
  }
  return proven;
}

function notDisclosable(): CliError {
  const message =
    'The receipt of this decision has no hash of its request: it was denied as invalid, so that nothing proves what it said.';
  return new CliError([
    { file: null, place: null, path: null, level: 'error', code: 'NOT_PROVABLE', message },
  ]);
}
