import { existsSync } from 'node:fs';
import type { PrivilegeEnvelope } from '@wcp/spec/document';
import { readAllowlist } from '../egress/allowlist.ts';
import { toolEntries } from '../view/program/tool-entries.ts';
import { writeFolders } from '../view/write-paths.ts';

/** An entry of an envelope of which no sandbox can be made on this machine. */
export interface EnvelopeFault {
  readonly member: 'filesystem_writes' | 'egress_allowlist' | 'tools';
  readonly entry: string;
  /** Whether it would be right if only the folder or the program were there. */
  readonly is_missing: boolean;
  /** What is wrong, and what to do about it. */
  readonly message: string;
}

type Check = (entry: string) => unknown;

/** What reads each entry when a program is started, and throws for what it cannot use. */
const CHECKS: Readonly<Record<EnvelopeFault['member'], Check>> = {
  filesystem_writes: (entry) => writeFolders([entry], []),
  egress_allowlist: (entry) => readAllowlist([entry]),
  tools: (entry) => toolEntries([entry]),
};

/**
 * Every entry of an envelope that would keep a program from being started here, found without starting it.
 *
 * @example
 * import { checkEnvelope } from '@wcp/sandbox';
 *
 * const faults = await checkEnvelope({ network_egress: 'none', filesystem_writes: ['/srv/out'] });
 * for (const { member, message } of faults) console.error(member, message);
 */
export async function checkEnvelope(envelope: PrivilegeEnvelope): Promise<EnvelopeFault[]> {
  const faults: EnvelopeFault[] = [];
  for (const member of Object.keys(CHECKS) as EnvelopeFault['member'][]) {
    for (const entry of envelope[member] ?? []) {
      try {
        await CHECKS[member](entry);
      } catch (error) {
        faults.push({
          member,
          entry,
          is_missing: isMissing(member, entry),
          message: (error as Error).message,
        });
      }
    }
  }
  return faults;
}

function isMissing(member: EnvelopeFault['member'], entry: string): boolean {
  if (member === 'egress_allowlist') return false;
  return member === 'tools' || (/^\/[^\0]*$/.test(entry) && !existsSync(entry));
}
