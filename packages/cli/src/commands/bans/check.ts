import { packageHash } from '@wcp/evidence';
import type { Sha256 } from '@wcp/spec';
import type { BanEntry } from '@wcp/spec/document';
import { normaliseHash } from '@wcp/spec/json';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { EXIT } from '../../base/exit-code.ts';
import { inFolder } from '../../input/package-folder.ts';
import { jsonText } from '../../print/json.ts';
import { type CommandContext, register } from '../register.ts';
import { entryText } from './ban-list-text.ts';
import {
  addTrustOptions,
  type ListPlace,
  loadBanList,
  rejectionText,
  type TrustOptions,
} from './load-ban-list.ts';

interface CheckOptions extends TrustOptions {
  readonly list?: string;
  readonly url?: string;
  readonly json?: boolean;
}

/** `wcp bans check`: whether code is on a ban list. */
export function addBansCheck(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(group, 'check', {
    summary: 'Check whether a package or a hash is on a ban list.',
    example: 'wcp bans check my-worker/ --list list.json --authority org.acme --keys acme.pub.pem',
    exits: '0 not banned, 1 banned, or the list cannot be trusted, 2 wrong usage or bad input.',
  });
  addTrustOptions(command.argument('<what>', 'a package hash, or the folder of a package'))
    .option('--list <file>', 'the file of the list')
    .option('--url <url>', 'the URL of the list')
    .action(async (what: string, options: CheckOptions) => {
      const place = givenPlace(options);
      const hash = normaliseHash(what) ?? (await inFolder(what, () => packageHash(what)));
      const { verdict } = await loadBanList(terminal, place, options);
      const entry = verdict.ok ? entryFor(verdict.list.entries, hash) : null;
      const is_banned = verdict.ok ? verdict.banned.includes(hash) : null;
      exitWith(is_banned === false ? EXIT.ok : EXIT.found);
      const code = verdict.ok ? null : verdict.findings[0].code;
      if (options.json) terminal.write(jsonText({ sha256: hash, is_banned, entry, code }));
      else
        terminal.write(
          verdict.ok ? entryText(hash, verdict.list, entry) : rejectionText(verdict.findings[0].code),
        );
    });
}

function givenPlace({ list, url }: CheckOptions): ListPlace {
  if (list !== undefined && url === undefined) return { file: list };
  if (url !== undefined && list === undefined && /^https?:\/\//i.test(url)) return { url };
  throw usageError('Say where the list is: either --list FILE or --url with an http:// or https:// URL.');
}

function entryFor(entries: readonly BanEntry[], hash: Sha256): BanEntry | null {
  return entries.find(({ sha256 }) => sha256 === hash) ?? null;
}
