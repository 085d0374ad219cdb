import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as agents from '@wcp/agents';
import * as aiAdapter from '@wcp/agents/ai';
import { readHookSettings } from '@wcp/agents/hook';
import { createHallClient } from '@wcp/client';
import * as hallPackage from '@wcp/hall';
import { expect, onTestFinished, test } from 'vitest';
import { scratch, wcp } from '../support/support.ts';

const root = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const text = root('docs/agents.md');
const blocks = (language: string, of = text) =>
  [...of.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block = '']) => block);

const [server, rules, hooks] = blocks('json') as [string, string, string];
const [governed, approved, embedded, framework] = blocks('js') as [string, string, string, string];

/** The Hall of the page, with the keys that its commands make. */
async function hallOfPage() {
  const dir = scratch();
  writeFileSync(join(dir, 'server.json'), server);
  writeFileSync(join(dir, 'rules.json'), rules);
  const opened = await hallPackage.openDeployment(dir, { port: 0 });
  onTestFinished(() => opened.close(0));
  const url = opened.url as string;
  const keyOf = (role: string) => opened.made.keys.find((each) => each.role === role)?.key ?? '';
  const env = { WCP_HALL_URL: url, WCP_HALL_KEY: keyOf('admin') };
  const made: string[] = [];
  const commands = blocks('sh').flatMap((block) =>
    block.split('\n').filter((line) => line.startsWith('wcp keys')),
  );
  for (const line of commands) {
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    const { out, code } = await wcp([...words.slice(1), '--json'], { env });
    expect(code, out).toBe(0);
    made.push((JSON.parse(out) as { readonly key: string }).key);
  }
  const [key, worker_key] = made as [string, string];
  const steward = createHallClient({ url, key: keyOf('steward') });
  return { steward, env: { WCP_HALL_URL: url, WCP_HALL_KEY: key, WCP_WORKER_KEY: worker_key } };
}

/** Runs a snippet of the page and returns what it says, a line for each. */
async function said(snippet: string, env: object = {}): Promise<string[]> {
  const body = snippet
    .replace(/^import (\{[^}]*\}) from '@wcp\/agents';$/m, 'const $1 = agents;')
    .replace(/^import (\{[^}]*\}) from '@wcp\/agents\/ai';$/m, 'const $1 = aiAdapter;')
    .replace(/^import (\{[^}]*\}) from '@wcp\/hall';$/m, 'const $1 = hallPackage;');
  expect(body).not.toMatch(/^import /m);
  const lines: string[] = [];
  const log = (...words: unknown[]) => lines.push(words.join(' '));
  const run = new Function(
    'agents',
    'aiAdapter',
    'hallPackage',
    'console',
    'process',
    `return (async () => { ${body} })()`,
  );
  await run(agents, aiAdapter, hallPackage, { log }, { env });
  return lines;
}

/** What the comments of a snippet promise. */
const promised = (snippet: string) =>
  [...snippet.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, line]) => line);

test('The first snippet of docs/agents.md and that of the README say what they say, before the Hall of the page.', async () => {
  const { env } = await hallOfPage();
  expect(await said(governed, env)).toEqual(promised(governed));
  const [readme = ''] = blocks('js', root('packages/agents/README.md'));
  expect(await said(readme.replace('agent.newsroom', 'acme'), env)).toEqual(promised(readme));
});

test('The snippet about approvals says what it says once a steward has approved.', async () => {
  const { env, steward } = await hallOfPage();
  const saying = said(approved, env);
  await expect.poll(async () => (await steward.listPendingApprovals()).items.length).toBe(1);
  const [approval] = (await steward.listPendingApprovals()).items;
  await steward.resolveApproval({ approval_id: approval?.approval_id ?? '', resolution: 'approve' });
  expect(await saying).toEqual(promised(approved));
});

test('The snippet with a Hall in its process says what it says.', async () => {
  expect(await said(embedded)).toEqual(promised(embedded));
});

test('The snippet of a framework says what it says, before the Hall of the page.', async () => {
  const { env } = await hallOfPage();
  expect(await said(framework, env)).toEqual(promised(framework));
});

test('The settings of hooks are those that wcp hook reads, and its commands work.', async () => {
  expect(readHookSettings(JSON.parse(hooks), {})).toMatchObject({
    ok: true,
    settings: { timeout_ms: 15_000 },
  });
  const env = { HOME: scratch() };
  for (const line of blocks('sh').flatMap((block) =>
    block.split('\n').filter((each) => each.startsWith('wcp hook')),
  )) {
    const words = line.replace(/#.*/, '').trim().split(/\s+/).slice(1);
    expect(await wcp(words, { env })).toMatchObject({ code: 0 });
  }
  expect(root('docs/agents.md')).toContain('x.acme.claude-code.bash-d1e9567d');
});

test('The check of the page finds a tool that nobody governed, and none where the tools of the page are.', async () => {
  const [line = '', ...more] = blocks('sh').flatMap((block) =>
    block.split('\n').filter((each) => each.startsWith('wcp agents check')),
  );
  expect(more).toEqual([]);
  const dir = scratch();
  mkdirSync(join(dir, 'src'));
  const words = line.split(/\s+/).slice(1);
  const check = () => wcp(words.map((word) => (word === 'src' ? join(dir, word) : word)));
  writeFileSync(join(dir, 'src', 'agent.mjs'), framework);
  expect(await check()).toMatchObject({ code: 0 });
  writeFileSync(join(dir, 'src', 'raw.mjs'), "import { tool } from 'ai';\nexport const add = tool({});\n");
  const { code, out } = await check();
  expect([code, out]).toEqual([1, expect.stringMatching(/raw\.mjs:2: UNGOVERNED_TOOL \(ai\)/)]);
});
