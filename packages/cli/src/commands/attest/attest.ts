import { packageHash } from '@wcp/evidence';
import type { Command } from 'commander';
import { inFolder } from '../../input/package-folder.ts';
import { jsonText } from '../../print/json.ts';
import { type CommandContext, register, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addAttestBuild } from './build.ts';
import { addAttestVerify } from './verify.ts';

/** `wcp attest`: package hashes and manifests (section 8). */
export function addAttest(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'attest', SUMMARIES.attest);
  addHash(group, context);
  addAttestBuild(group, context);
  addAttestVerify(group, context);
}

function addHash(group: Command, { terminal }: CommandContext): void {
  const command = register(group, 'hash', {
    summary: 'Print the package hash of a folder.',
    example: 'wcp attest hash my-worker/',
    exits: '0 hashed, 2 wrong usage, or the folder cannot be hashed.',
  });
  command
    .argument('<dir>', "the worker's package")
    .action(async (dir: string, { json }: { json?: boolean }) => {
      const hash = await inFolder(dir, () => packageHash(dir));
      terminal.write(json ? jsonText({ package_hash: hash }) : `${hash}\n`);
    });
}
