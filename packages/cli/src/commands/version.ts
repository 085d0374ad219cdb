import { catalog } from '@wcp/spec/catalog';
import type { Command } from 'commander';
import { cliVersion } from '../base/package-file.ts';
import { jsonText } from '../print/json.ts';
import { rows } from '../print/layout.ts';
import { type CommandContext, register } from './register.ts';
import { SUMMARIES } from './summaries.ts';

/** The revision of the protocol that the packages implement. */
const PROTOCOL = '0.2';

/** `wcp version`: the versions of the tool, the protocol and the catalog. */
export function addVersion(program: Command, { terminal }: CommandContext): void {
  const command = register(program, 'version', {
    summary: SUMMARIES.version,
    example: 'wcp version --json',
    exits: '0 always.',
  });
  command.action(({ json }: { json?: boolean }) => {
    const versions = {
      wcp: cliVersion(),
      protocol: PROTOCOL,
      catalog: catalog.catalog_version,
      node: process.versions.node,
    };
    if (json) terminal.write(jsonText(versions));
    else terminal.write(rows(Object.entries(versions), 0));
  });
}
