import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TOOL_NAMES } from './fixture/create-server.ts';
import { startKeyedProxy } from './keyed-proxy.ts';
import { type StartedProgram, startProgram } from './start-program.ts';

/** The command `wcp`. */
export const WCP = fileURLToPath(new URL('../../../../packages/cli/bin/wcp.mjs', import.meta.url));
const FIXTURE = fileURLToPath(new URL('fixture/serve-fixture.ts', import.meta.url));

/** The fixture in one revision, by itself. */
export function startFixture(revision: string): Promise<StartedProgram> {
  return startProgram([FIXTURE, revision], { PATH: process.env['PATH'] ?? '' });
}

/** A gateway before a fixture. */
export interface GovernedFixture {
  /** Where its agents find it; the key is added on the way. */
  readonly url: string;
  /** Where its Hall is, and the key of its operator. */
  readonly hall: { readonly url: string; readonly key: string };
  close(): Promise<void>;
}

/** Starts `wcp mcp serve` before a fixture, with rules that let every call run. */
export async function startGoverned(fixture: string, dir: string): Promise<GovernedFixture> {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'mcp.json'), JSON.stringify(settingsFor(fixture)));
  const env = { HOME: dir, PATH: process.env['PATH'] ?? '' };
  const gateway = await startProgram([WCP, 'mcp', 'serve', dir, '--http', '--json'], env);
  const { urls } = JSON.parse(gateway.firstLine) as { urls: { agents: string; hall: string } };
  const keyOf = (name: string) => readFileSync(join(dir, 'keys', `${name}.key`), 'utf8').trim();
  const proxy = await startKeyedProxy(urls.agents, keyOf('agent'));
  return {
    url: proxy.url,
    hall: { url: urls.hall, key: keyOf('operator') },
    async close() {
      await proxy.close();
      await gateway.close();
    },
  };
}

/** All that the operator can turn on is on, and each tool has a rule of its own. */
function settingsFor(url: string): object {
  const passing = { resources: true, prompts: true, sampling: true, elicitation: true, roots: true };
  return {
    prefix: false,
    longest_name: 64,
    http: { port: 0 },
    servers: { fixture: { url, run: TOOL_NAMES, ...passing } },
  };
}
