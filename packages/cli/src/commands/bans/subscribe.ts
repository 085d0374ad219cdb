import type { Command } from 'commander';
import { EXIT } from '../../base/exit-code.ts';
import { jsonText } from '../../print/json.ts';
import { readCount } from '../read-count.ts';
import { type CommandContext, register } from '../register.ts';
import { banListText } from './ban-list-text.ts';
import {
  addTrustOptions,
  type CheckedList,
  loadBanList,
  placeOf,
  refusalText,
  type TrustOptions,
} from './load-ban-list.ts';

interface SubscribeOptions extends TrustOptions {
  readonly poll: string;
  readonly json?: boolean;
}

const MAX_POLL_S = 86_400;

/** `wcp bans subscribe`: looks at a list, and says how a Hall follows it. */
export function addBansSubscribe(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(group, 'subscribe', {
    summary: 'Check a ban list and print what makes a Hall follow it.',
    example:
      'wcp bans subscribe "https://hall.example/wcp/registry/ban-list?authority=org.acme" --authority org.acme --keys acme.pub.pem',
    exits: '0 it can be relied on, 1 it cannot, 2 wrong usage, or nothing can be read there.',
  });
  addTrustOptions(command.argument('<source>', 'the address of the list, or a file'))
    .option('--poll <seconds>', 'how often the Hall reads it', '300')
    .action(async (source: string, options: SubscribeOptions) => {
      const poll_seconds = readCount('--poll', options.poll, 1, MAX_POLL_S);
      const checked = await loadBanList(terminal, placeOf(source), options);
      const { place, public_keys, verdict } = checked;
      const subscription = { ...place, authority: options.authority, public_keys, poll_seconds };
      exitWith(verdict.ok ? EXIT.ok : EXIT.found);
      if (options.json) terminal.write(jsonText(resultOf(checked, subscription)));
      else if (!verdict.ok) terminal.write(refusalText(verdict.findings[0].code));
      else terminal.write(banListText(verdict.list) + howTo(subscription));
    });
}

function resultOf({ verdict }: CheckedList, subscription: object) {
  return verdict.ok
    ? { ok: true, code: null, list: verdict.list, expires_at: verdict.expires_at, subscription }
    : { ok: false, code: verdict.findings[0].code, list: null, expires_at: null, subscription: null };
}

function howTo(subscription: object): string {
  const member = JSON.stringify({ ban_lists: [subscription] }, null, 2)
    .split('\n')
    .slice(1, -1)
    .join('\n');
  return `\nPut this into the server.json of your Hall and start it again:\n${member}\n`;
}
