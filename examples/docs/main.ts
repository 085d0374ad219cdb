/** Runs each snippet of docs/agents.md that imports a framework, with the real framework and before a Hall on loopback. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openExampleHall } from '../shared/hall.ts';
import { playScenes } from '../shared/scenes.ts';

const FRAMEWORKS = ['ai', 'openai', 'langchain', 'mastra', 'claude'] as const;
const page = readFileSync(new URL('../../docs/agents.md', import.meta.url), 'utf8');
const snippets = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const hall = await openExampleHall();
const { url, key, worker_key } = hall.connection;
const env = { ...process.env, WCP_HALL_URL: url, WCP_HALL_KEY: key, WCP_WORKER_KEY: worker_key };
// Where the frameworks are found.
const dir = mkdtempSync(join(fileURLToPath(new URL('.', import.meta.url)), '.snippets-'));

const snippetOf = (name: string) => snippets.find((text) => text.includes(`'@wcp/agents/${name}'`)) ?? '';
const promised = (text: string) =>
  [...text.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, line]) => line);

async function said(name: string): Promise<string[]> {
  const file = join(dir, `${name}.mjs`);
  writeFileSync(file, snippetOf(name));
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env, cwd: dir, timeout: 60_000 });
  return stdout.trim().split('\n');
}

await playScenes(
  'docs',
  FRAMEWORKS.map((name) => [name, () => said(name), promised(snippetOf(name))] as const),
  async () => {
    await hall.close();
    rmSync(dir, { recursive: true, force: true });
  },
);
