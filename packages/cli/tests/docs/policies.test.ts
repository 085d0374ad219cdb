import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as hall from '@wcp/hall';
import * as policy from '@wcp/policy';
import * as cedar from '@wcp/policy/cedar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scratch, wcp, wcpJson } from '../support/support.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const PAGE = readFileSync(join(ROOT, 'docs/policies.md'), 'utf8');

/** The snippets of the page that are written in a language, in their order. */
const snippets = (language: string) =>
  [...PAGE.matchAll(/```(\w*)\n(.*?)```/gs)].flatMap(([, written, text = '']) =>
    written === language ? [text] : [],
  );

/** The rows of the table below a heading cell: the text of each cell. */
function rowsBelow(heading: string): string[][] {
  const [, after = ''] = PAGE.split(`| ${heading} |`);
  const rows = after.split('\n').slice(2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((row) => row.slice(2, -2).split(' | '));
}

const bare = (cell = '') => cell.replaceAll('`', '');

/** A greeting of the example's tenant. */
const GREETING = {
  capability_id: 'cap.hello.greet',
  env: 'dev',
  data_label: 'PUBLIC',
  tenant_risk: 'low',
  qos_class: 'P2',
  tenant_id: 'agent.example',
  correlation_id: 'c-1',
  request: { name: 'Ada' },
};

let cwd: string;
const dir = () => join(cwd, 'my-hall');
const read = (name: string) => readFileSync(join(dir(), name), 'utf8');
const write = (name: string, text: string) => writeFileSync(join(dir(), name), text);

/** A Hall as the page has its reader make it. */
beforeAll(async () => {
  cwd = scratch();
  await (await hall.openDeployment(dir(), { listens: false })).close();
  const [rules = '', server = ''] = snippets('json');
  const [policies = ''] = snippets('cedar');
  write('rules.json', rules);
  write('server.json', JSON.stringify({ ...JSON.parse(read('server.json')), ...JSON.parse(server) }));
  mkdirSync(join(dir(), 'policies'));
  write('policies/main.cedar', policies);
});

let opened: hall.Deployment | undefined;
afterAll(() => opened?.close());

describe('the page about policies', () => {
  test('The policies of the page are the example of the package.', () => {
    expect(snippets('cedar')).toEqual([
      readFileSync(join(ROOT, 'packages/policy/example/main.cedar'), 'utf8'),
    ]);
  });

  test('The commands of the page print what it shows.', async () => {
    const sessions = snippets('').filter((text) => text.startsWith('$ '));
    expect(sessions.length).toBeGreaterThan(0);
    for (const session of sessions) {
      const [line = '', ...shown] = session.trimEnd().split('\n');
      const { code, out } = await wcp(line.split(' ').slice(2), { cwd });
      expect(
        out
          .replaceAll(/sha256:[0-9a-f]{64}/g, 'sha256:…')
          .trimEnd()
          .split('\n'),
      ).toEqual(shown);
      expect(code).toBe(0);
    }
  });

  test('Each request of the page ends as it says, and is decided again in the same way without Cedar.', async () => {
    opened = await hall.openDeployment(dir(), { port: 0 });
    const rows = rowsBelow('the request has');
    expect(rows.length).toBeGreaterThan(3);
    for (const [members, outcome, reason] of rows) {
      const input = { ...GREETING, ...JSON.parse(bare(members)) };
      const { decision } = await opened.hall.dispatch(input);
      const gated = decision.telemetry_envelopes.flatMap((event) =>
        event.event_id === 'evt.os.policy.gated' ? [event.reason] : [],
      );
      expect(decision.outcome).toBe(bare(outcome));
      expect(gated[0] ?? decision.deny_reason_if_denied).toEqual(
        gated[0] === undefined ? expect.objectContaining({ reason }) : reason,
      );
    }
    const { key } = await opened.hall.identity.keys.create({ label: 'audit', roles: ['auditor'] });
    const env = { WCP_HALL_URL: String(opened.url), WCP_HALL_KEY: key };
    const { code, json } = await wcpJson(['replay'], { env });
    expect({ code, json }).toMatchObject({
      code: 0,
      json: { decisions: rows.length, flips: 0, is_audit: true },
    });
  });

  test('The program of the page runs.', async () => {
    const [program = ''] = snippets('js');
    const modules = { '@wcp/policy': policy, '@wcp/policy/cedar': cedar, '@wcp/hall': hall };
    const body = program
      .replaceAll(/^import (\{[^}]*\}) from ('[^']+');/gm, 'const $1 = modules[$2];')
      .replaceAll("'policies'", JSON.stringify(join(dir(), 'policies')));
    const printed: unknown[][] = [];
    const run = new Function('modules', 'console', `return (async () => {${body}})();`);
    await run(modules, { log: (...line: unknown[]) => printed.push(line), error: () => {} });
    expect(printed).toEqual([['cedar', null, 'cedar']]);
  });

  test('The page describes every member that policies see, with its type, and no other.', () => {
    const schema = cedar.cedarSchema();
    const membersOf = (name: string, variable: string) => {
      const body = new RegExp(`${name} (?:= )?\\{\n(.*?)\\n\\}`, 's').exec(schema)?.[1] ?? '';
      return [...body.matchAll(/^ {2}(\w+\??): (\w+),/gm)].map(
        ([, member, type]) => `${variable}.${member} ${type}`,
      );
    };
    const described = rowsBelow('member').map(([member, type]) => `${bare(member)} ${bare(type)}`);
    expect(described).toEqual([
      ...membersOf('type Request', 'context'),
      ...membersOf('entity Worker', 'resource'),
    ]);
  });

  test('The page has every code of a finding, and no other.', () => {
    const sources = ['cedar', 'opa', 'authzen', 'server', 'gate', 'source'].flatMap((folder) =>
      codesIn(join(ROOT, 'packages/policy/src', folder)),
    );
    const listed = rowsBelow('code').map(([code]) => bare(code));
    expect(listed.toSorted()).toEqual([...new Set(sources)].toSorted());
  });
});

/** The codes of findings in the sources of a folder. */
function codesIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return files.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/'(POLICY_[A-Z_]+)'/g)].map(([, code]) =>
      String(code),
    ),
  );
}
