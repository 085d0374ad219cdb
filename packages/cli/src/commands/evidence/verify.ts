import { type DisclosureVerification, verifyDisclosure } from '@wcp/evidence';
import type { Command } from 'commander';
import { EXIT } from '../../base/exit-code.ts';
import { InputReader } from '../../input/input-reader.ts';
import { loadReceiptKeys } from '../../input/keys.ts';
import { jsonText } from '../../print/json.ts';
import { escaped, rows } from '../../print/layout.ts';
import { type CommandContext, register } from '../register.ts';

interface VerifyOptions {
  readonly keys: string;
  readonly origin?: string;
  readonly json?: boolean;
}

/** `wcp evidence verify`: whether a disclosed request is the one that was decided about (section 8.9). */
export function addVerifyDisclosure(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(group, 'verify', {
    summary: 'Verify a disclosed request: its receipt, its place in the log and that it is unchanged.',
    example: 'wcp evidence verify disclosure.json --keys first.pub.pem',
    exits: '0 it is what was decided about, 1 something was found, 2 wrong usage or bad input.',
  });
  command
    .argument('<file>', 'what `wcp evidence disclose` wrote')
    .requiredOption('--keys <file>', 'the first public key of the log: PEM, or JSON {signing_key_id: hex}')
    .option('--origin <name>', 'the name of the log that the checkpoint must belong to')
    .action(async (file: string, { keys: keyFile, origin, json }: VerifyOptions) => {
      const reader = new InputReader(terminal);
      const document = await reader.json(file);
      const keys = await loadReceiptKeys(reader, keyFile);
      reader.throwErrors();
      const verified = verifyDisclosure(document?.value, { keys, ...(origin !== undefined && { origin }) });
      terminal.write(json ? jsonText(documentOf(verified)) : textOf(verified));
      exitWith(verified.ok ? EXIT.ok : EXIT.found);
    });
}

function documentOf(verified: DisclosureVerification): object {
  const { ok, findings, keys, not_checked } = verified;
  return { ok, findings, receipt: verified.ok ? verified.receipt : null, keys, not_checked };
}

function textOf(verified: DisclosureVerification): string {
  const unchecked = verified.not_checked.map(({ code, message }) => `Not checked: ${code}: ${message}\n`);
  if (!verified.ok) {
    const found = verified.findings.map(({ code, message }) => `${code}: ${message}\n`);
    return [...found, ...unchecked].join('');
  }
  const { decision_id, dispatched_at, stream, capability_id, policy_decision } = verified.receipt;
  const about = rows([
    ['decision', escaped(decision_id ?? '-')],
    ['at', escaped(dispatched_at ?? '-')],
    ['tenant', escaped(stream)],
    ['capability', escaped(capability_id ?? '-')],
    ['decided', escaped(policy_decision ?? '-')],
  ]);
  const verdict = 'ok: the request is the one that was decided about, and its receipt is in the log.\n';
  return [about, verdict, ...unchecked].join('');
}
