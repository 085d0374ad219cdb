import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Answer, HoldWorld, type Json, type Revision, type Transport } from './hold-world.ts';

const PLACES: readonly (readonly [Transport, Revision])[] = [
  ['stdio', '2026-07-28'],
  ['stdio', '2025-11-25'],
  ['HTTP', '2026-07-28'],
  ['HTTP', '2025-11-25'],
];

/** What happens to a held call in one cell, and how it must end. */
interface Row {
  readonly name: string;
  /** What differs between revisions, and why: null where nothing does. */
  readonly differs: string | null;
  /** Seconds until an approval expires. */
  readonly ttl_seconds?: number;
  play(world: HoldWorld, line: string): Promise<void>;
}

const codeOf = (result: Json): unknown => result._meta?.['org.wcp/refusal']?.code;
const textOf = (result: Json): string => result.content[0].text;
const isModern = ({ revision }: HoldWorld) => revision === '2026-07-28';

/** A retry as a client of 2026-07-28 makes it: the state of the first answer, and what it says of the page. */
const retryOf = ({ requestState }: Json, action = 'accept') => ({
  requestState,
  inputResponses: { approval: { action } },
});
const pageOf = ({ inputRequests }: Json): string => inputRequests.approval.params.url;

/** Leaves a call held, with what its client goes on with: a state, or nothing but the same call. */
async function leaveHeld(world: HoldWorld, line: string) {
  if (isModern(world)) {
    const client = await world.client();
    const first = await client.call(line);
    return { client, page: pageOf(first), more: retryOf(first) };
  }
  const pages: string[] = [];
  const client = await world.client((url) => {
    pages.push(url);
    return 'decline';
  });
  expect(codeOf(await client.call(line))).toBe('APPROVAL_NOT_OPENED');
  return { client, page: pages[0] as string, more: {} };
}

const ROWS: readonly Row[] = [
  {
    name: 'approved: it runs once, and the same call after that is a new one',
    differs: null,
    async play(world, line) {
      let holds = 0;
      const client = await world.client(async (url): Promise<Answer> => {
        holds += 1;
        if (holds > 1) return 'decline';
        expect(world.written(line)).toBe(0);
        expect(await world.resolve(url, 'approve')).toBe(200);
        return 'accept';
      });
      expect(textOf(await client.call(line))).toBe(`appended ${line}`);
      expect(codeOf(await client.call(line))).toBe('APPROVAL_NOT_OPENED');
      expect([holds, world.written(line)]).toEqual([2, 1]);
    },
  },
  {
    name: 'denied: it never runs, and cannot be approved any more',
    differs: null,
    async play(world, line) {
      let page = '';
      const client = await world.client(async (url): Promise<Answer> => {
        page = url;
        await world.resolve(url, 'deny');
        return 'accept';
      });
      expect(codeOf(await client.call(line))).toBe('APPROVAL_DENIED');
      expect(await world.resolve(page, 'approve')).not.toBe(200);
      expect(world.written(line)).toBe(0);
    },
  },
  {
    name: 'cancelled by its client: nothing has run, and what a steward approves later is read by the same call, once',
    differs: null,
    async play(world, line) {
      const pages: string[] = [];
      const client = await world.client((url) => {
        pages.push(url);
        return 'cancel';
      });
      expect(codeOf(await client.call(line))).toBe('APPROVAL_NOT_OPENED');
      expect(world.written(line)).toBe(0);
      await world.resolve(pages[0] as string, 'approve');
      expect(textOf(await client.call(line))).toBe(`appended ${line}`);
      expect(codeOf(await client.call(line))).toBe('APPROVAL_NOT_OPENED');
      expect([new Set(pages).size, world.written(line)]).toEqual([2, 1]);
    },
  },
  {
    name: 'expired: it never runs, a steward is too late, and the same call is held anew',
    differs: null,
    ttl_seconds: 1,
    async play(world, line) {
      const pages: string[] = [];
      const client = await world.client(async (url): Promise<Answer> => {
        pages.push(url);
        if (pages.length > 1) return 'decline';
        await sleep(1_200);
        return 'accept';
      });
      expect(codeOf(await client.call(line))).toBe('APPROVAL_EXPIRED');
      expect(await world.resolve(pages[0] as string, 'approve')).not.toBe(200);
      expect(codeOf(await client.call(line))).toBe('APPROVAL_NOT_OPENED');
      expect([new Set(pages).size, world.written(line)]).toEqual([2, 0]);
    },
  },
  {
    name: 'changed arguments: what was approved is of no use to another call',
    differs: '2025-11-25 has no state that could be brought to the other call; there, it is held anew.',
    async play(world, line) {
      const { client, page, more } = await leaveHeld(world, line);
      await world.resolve(page, 'approve');
      const changed = await client.call(`${line}, changed`, more);
      expect(codeOf(changed)).toBe(isModern(world) ? 'REQUEST_STATE_INVALID' : 'APPROVAL_NOT_OPENED');
      for (const _ of isModern(world) ? [1, 2] : [1])
        expect(textOf(await client.call(line, more))).toBe(`appended ${line}`);
      expect([world.written(line), world.written(`${line}, changed`)]).toEqual([1, 0]);
    },
  },
  {
    name: 'forged: a client that says by itself that it is approved gets nothing',
    differs:
      '2025-11-25 has no state to forge: its client says that the page was opened, and sends members that nobody reads.',
    async play(world, line) {
      const client = await world.client(isModern(world) ? undefined : () => 'accept');
      if (!isModern(world)) {
        const result = await client.call(line, { requestState: 'v1.e30.e30', approved: true });
        expect(codeOf(result)).toBe('HELD_FOR_APPROVAL');
      } else {
        const first = await client.call(line);
        const { requestState } = first;
        const [version, body = '', code] = requestState.split('.');
        const document = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
        const other = JSON.stringify({ ...document, expires_at: '2100-01-01T00:00:00.000Z' });
        for (const forged of [
          `${requestState.slice(0, -3)}AAA`,
          `${version}.${Buffer.from(other).toString('base64url')}.${code}`,
          'v1.e30.e30',
        ]) {
          const result = await client.call(line, retryOf({ requestState: forged }));
          expect(codeOf(result)).toBe('REQUEST_STATE_INVALID');
        }
        // The genuine one says as little as long as no steward has decided.
        expect((await client.call(line, retryOf(first))).resultType).toBe('input_required');
      }
      expect(world.written(line)).toBe(0);
    },
  },
  {
    name: 'another tenant: it gets neither the result nor a word of it',
    differs: '2025-11-25 has no state to steal: there, the same call of the other tenant is held for itself.',
    async play(world, line) {
      const { page, more } = await leaveHeld(world, line);
      const key = await world.otherKey();
      await world.resolve(page, 'approve');
      // Over stdio, the gateway that the other tenant starts on this folder takes the place of the first.
      if (world.transport === 'stdio') await world.crash();
      const other = await world.client(isModern(world) ? undefined : () => 'decline', key);
      const result = await other.call(line, more);
      expect(codeOf(result)).toBe(isModern(world) ? 'REQUEST_STATE_INVALID' : 'APPROVAL_NOT_OPENED');
      expect(JSON.stringify(result)).not.toMatch(/appended|agent\.local/);
      expect(JSON.stringify(result)).not.toContain(page.split('/').at(-1));
      if (world.transport === 'stdio') await world.crash();
      const own = await world.client(isModern(world) ? undefined : () => 'decline');
      expect(textOf(await own.call(line, more))).toBe(`appended ${line}`);
      expect(world.written(line)).toBe(1);
    },
  },
  {
    name: 'the gateway killed meanwhile: what was approved after the restart is read, and the hold is the same',
    differs: null,
    async play(world, line) {
      const { page, more } = await leaveHeld(world, line);
      await world.crash();
      const asked: string[] = [];
      const client = await world.client(
        isModern(world)
          ? undefined
          : (url) => {
              asked.push(url);
              return 'decline';
            },
      );
      const held = await client.call(line, more);
      expect(isModern(world) ? pageOf(held) : asked[0]).toContain(page.split('/').at(-1));
      expect(await world.resolve(new URL(page).href, 'approve')).toBe(200);
      await world.crash();
      const next = await world.client(isModern(world) ? undefined : () => 'decline');
      expect(textOf(await next.call(line, more))).toBe(`appended ${line}`);
      expect(world.written(line)).toBe(1);
    },
  },
];

describe.each(PLACES)('Over %s in %s, a held call that is', (transport, revision) => {
  let shared: HoldWorld | undefined;
  test.each(ROWS.map((row) => [row.name, row] as const))('%s', async (_, { ttl_seconds, play }) => {
    shared ??= new HoldWorld(transport, revision);
    const world = ttl_seconds === undefined ? shared : new HoldWorld(transport, revision, ttl_seconds);
    await play(world, `line ${ROWS.findIndex((row) => row.play === play)}`);
    // Over stdio, the next client starts the next gateway.
    if (transport === 'stdio' || world !== shared) await world.crash();
  });
});
