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
  rejectionText,
  type TrustOptions,
} from './load-ban-list.ts';

interface SubscribeOptions extends TrustOptions {
  readonly poll: string;
  readonly json?: boolean;
}

const MAX_POLL_S = 86_400;

/** `wcp bans subscribe`: verifies a list and shows how a Hall follows it. */
export function addBansSubscribe(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(group, 'subscribe', {
    summary: 'Verify a ban list and print the settings with which a Hall follows it.',
    example:
      'wcp bans subscribe "https://hall.example/wcp/registry/ban-list?authority=org.acme" --authority org.acme --keys acme.pub.pem',
    exits: '0 the list can be trusted, 1 it cannot, 2 wrong usage, or it cannot be read.',
  });
  addTrustOptions(command.argument('<source>', 'the URL of the list, or a file'))
    .option('--poll <seconds>', 'how often the Hall reads it', '300')
    .action(async (source: string, options: SubscribeOptions) => {
      const poll_seconds = readCount('--poll', options.poll, 1, MAX_POLL_S);
      const checked = await loadBanList(terminal, placeOf(source), options);
      const { place, public_keys, verdict } = checked;
      const subscription = { ...place, authority: options.authority, public_keys, poll_seconds };
      exitWith(verdict.ok ? EXIT.ok : EXIT.found);
      if (options.json) terminal.write(jsonText(resultOf(checked, subscription)));
      else if (!verdict.ok) terminal.write(rejectionText(verdict.findings[0].code));
      else terminal.write(banListText(verdict.list) + settingsText(subscription));
    });
}

function resultOf({ verdict }: CheckedList, subscription: object) {
  return verdict.ok
    ? { ok: true, code: null, list: verdict.list, expires_at: verdict.expires_at, subscription }
    : { ok: false, code: verdict.findings[0].code, list: null, expires_at: null, subscription: null };
}

function settingsText(subscription: object): string {
  const member = JSON.stringify({ ban_lists: [subscription] }, null, 2)
    .split('\n')
    .slice(1, -1)
    .join('\n');
  return `\nAdd this to the server.json of your Hall and restart it:\n${member}\n`;
}
