import { join } from 'node:path';
import type { Receipt } from '@wcp/spec';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type CallMore,
  type Json,
  RawHttpClient,
  RawStdioClient,
  type TestClient,
} from '../support/mcp/raw-client.ts';
import {
  prefixOf,
  ServedGateway,
  START_MS,
  UPSTREAMS,
  type Upstream,
} from '../support/mcp/served-gateway.ts';
import { scratch, wcp } from '../support/support.ts';

let gateway: ServedGateway;
let clients: readonly TestClient[];
beforeAll(async () => {
  gateway = await ServedGateway.open();
  const { mcp_url } = gateway.running;
  clients = [
    gateway.own,
    await RawStdioClient.open('2026-07-28', gateway.remoteProgram),
    await RawHttpClient.open('2026-07-28', mcp_url, gateway.key('agent')),
    await RawHttpClient.open('2025-11-25', mcp_url, gateway.key('agent')),
  ];
}, START_MS);
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await gateway.close();
});

const CALLS = 500;

/** One call of the mixture. */
interface Mixed {
  readonly client: TestClient;
  readonly upstream: Upstream;
  readonly index: number;
  readonly more: CallMore;
}

type Answer = Promise<Json>;
const started = ({ client, upstream, more }: Mixed, tool: string, given: object) =>
  client.start(prefixOf(upstream) + tool, given, more);

/** What is called, and what the evidence must say of it: no outcome where nothing was to run. */
const KINDS: readonly (readonly [
  call: (mixed: Mixed) => Answer,
  decision: string,
  outcome: string | null,
])[] = [
  [(mixed) => started(mixed, 'echo', { index: mixed.index }).answer, 'ALLOW', 'ok'],
  [(mixed) => started(mixed, 'failing', {}).answer, 'ALLOW', 'ok'],
  [(mixed) => started(mixed, 'fault', {}).answer, 'ALLOW', 'error'],
  [(mixed) => started(mixed, 'raw', { text: '9007199254740993' }).answer, 'ALLOW', 'error'],
  [(mixed) => started(mixed, 'big', { bytes: 100_000, key: 'x' }).answer, 'ALLOW', 'ok'],
  [cancelled, 'ALLOW', 'unknown'],
  [(mixed) => started(mixed, 'writes', { index: mixed.index }).answer, 'REQUIRE_HUMAN', null],
  [
    (mixed) => started(mixed, 'echo', { deep: JSON.parse(`${'['.repeat(99)}${']'.repeat(99)}`) }).answer,
    'DENY',
    null,
  ],
];

/** A call that is cancelled once its server has it. */
async function cancelled(mixed: Mixed): Answer {
  const key = `cancelled-${mixed.index}`;
  const call = started(mixed, 'hold', { key });
  while (!gateway.saw(mixed.upstream, key).includes('started')) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  call.cancel();
  return call.answer;
}

const traceOf = (index: number) => (index + 1).toString(16).padStart(32, '0');

async function callAll(): Promise<void> {
  const calls = Array.from({ length: CALLS }, (_, index) => ({
    index,
    client: clients[index % clients.length] as TestClient,
    upstream: UPSTREAMS[Math.floor(index / clients.length) % UPSTREAMS.length] as Upstream,
    more: { meta: { traceparent: `00-${traceOf(index)}-0000000000000001-01` } },
  }));
  const callNext = async () => {
    for (let mixed = calls.shift(); mixed !== undefined; mixed = calls.shift()) {
      const [call] = kindOf(mixed.index);
      await call(mixed);
    }
  };
  await Promise.all(Array.from({ length: 16 }, callNext));
}

/** Every kind comes from every client to every server. */
const kindOf = (index: number) =>
  KINDS[Math.floor(index / (clients.length * UPSTREAMS.length)) % KINDS.length] as (typeof KINDS)[number];

/** Every receipt of the agent, as the command lists them. */
async function listed(hall: readonly string[]): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  for (let cursor: readonly string[] = []; ; ) {
    const args = [
      'receipts',
      'list',
      '--stream',
      'agent.local',
      '--limit',
      '1000',
      '--json',
      ...cursor,
      ...hall,
    ];
    const { code, out } = await wcp(args);
    expect(code).toBe(0);
    const { items, next_cursor } = JSON.parse(out);
    receipts.push(...items.map(({ receipt }: Json) => receipt));
    if (next_cursor === null) return receipts;
    cursor = ['--cursor', next_cursor];
  }
}

test('500 mixed calls of four clients leave 500 decisions, and an outcome for each that ran; all of it verifies and is decided the same again.', async () => {
  await callAll();
  const hall = ['--url', gateway.running.hall_url, '--key', gateway.key('operator')];
  const expected = Array.from({ length: CALLS }, (_, index) => kindOf(index));
  const outcomes = expected.filter(([, , outcome]) => outcome !== null).length;
  let receipts: Receipt[] = [];
  // The outcome of a call that was cancelled comes after its client has gone on.
  while (receipts.filter(({ kind }) => kind === 'outcome').length < outcomes) receipts = await listed(hall);

  const ofCalls = receipts.filter(({ correlation_id }) => correlation_id?.startsWith('trace-'));
  for (const [index, [, decision, outcome]] of expected.entries()) {
    const own = ofCalls.filter(({ correlation_id }) => correlation_id === `trace-${traceOf(index)}`);
    expect(
      own.map(({ kind, policy_decision, outcome: ended }) => [kind, policy_decision, ended?.status ?? null]),
    ).toEqual([['decision', decision, null], ...(outcome === null ? [] : [['outcome', decision, outcome]])]);
  }
  expect(ofCalls).toHaveLength(CALLS + outcomes);

  const evidence = join(scratch(), 'evidence');
  const exported = await wcp(['receipts', 'export', evidence, '--decisions', ...hall]);
  expect([exported.code, exported.err]).toEqual([0, '']);
  const verified = await wcp(['receipts', 'verify', evidence]);
  expect([verified.code, verified.out]).toEqual([
    0,
    expect.stringContaining('nothing is changed or missing'),
  ]);
  const replayed = await wcp(['replay', '--bundle', evidence]);
  expect([replayed.code, replayed.out]).toEqual([
    0,
    expect.stringContaining('each comes out exactly as its receipt says'),
  ]);
  const [, decided] = /^(\d+) decisions replayed/.exec(replayed.out) ?? [];
  expect(Number(decided)).toBeGreaterThanOrEqual(CALLS);
});
