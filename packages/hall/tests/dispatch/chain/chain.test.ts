import { generateKeyPairSync } from 'node:crypto';
import { sha256 } from '@wcp/spec';
import { SignJWT } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { inProcessDelivery } from '../../../src/delivery/in-process-delivery.ts';
import { partsOf } from '../../../src/hall/create-hall.ts';
import type { Hall } from '../../../src/index.ts';
import { ask, chainedHall, chainWorker, decisionsOf, stopOf } from './chained-hall.ts';

let hall: Hall | undefined;
afterEach(async () => {
  await hall?.close();
  hall = undefined;
});

/** A worker that asks for `asked` and tells what it got. */
const asking = (received: object, blast = 1) =>
  chainWorker('outer', blast, async (_request, context) => {
    const { decision, result } = await context.dispatch({
      capability_id: 'org.chain.do-inner',
      ...received,
    } as never);
    return { outcome: decision.outcome, code: decision.deny_code, result: result?.result ?? null };
  });
const inner = chainWorker('inner', 2, (request) => ({ got: request }));

describe('a chained dispatch', () => {
  test('A chained dispatch is decided, executed and recorded like any request, and its blast adds up by what the Hall recorded.', async () => {
    hall = await chainedHall([asking({ request: { n: 1 } }), inner]);
    const { result, decision } = await hall.dispatch(ask('outer'));
    expect(result?.result).toEqual({ outcome: 'DISPATCH', code: null, result: { got: { n: 1 } } });
    const [above, below] = await decisionsOf(hall);
    expect(above?.decision.decision_id).toBe(decision.decision_id);
    expect(below).toMatchObject({
      facts: { chain: { blast_score: 1, depth: 1 } },
      decision: { blast_score: 3, correlation_id: 'chain-1', tenant_id: 'tenant-a' },
      input: { ext: { parent_decision_id: decision.decision_id } },
    });
    expect(await partsOf(hall).storage.store.get('chains', '["tenant-a","chain-1"]')).toMatchObject({
      blast_score: 3,
      dispatches: 2,
    });
  });

  test('A chained dispatch inherits from its parent what it does not state itself.', async () => {
    hall = await chainedHall([asking({}), inner]);
    await hall.dispatch(ask('outer', {}, { data_label: 'RESTRICTED', tenant_risk: 'high', qos_class: 'P3' }));
    const [, below] = await decisionsOf(hall);
    expect(below?.input).toMatchObject({
      env: 'dev',
      data_label: 'RESTRICTED',
      tenant_risk: 'high',
      qos_class: 'P3',
    });
  });

  test.each([
    ['a stricter label', { data_label: 'RESTRICTED' }],
    ['a higher risk', { tenant_risk: 'high' }],
    ['a class that is less urgent', { qos_class: 'P3' }],
  ])('A chained dispatch may ask for %s.', async (_, narrower) => {
    hall = await chainedHall([asking(narrower), inner]);
    const { result } = await hall.dispatch(ask('outer'));
    expect(result?.result).toMatchObject({ outcome: 'DISPATCH' });
    expect((await decisionsOf(hall))[1]?.input).toMatchObject(narrower);
  });

  test.each([
    ['an opener label', { data_label: 'PUBLIC' }],
    ['a lower risk', { tenant_risk: 'low' }],
    ['a class that is more urgent', { qos_class: 'P0' }],
    ['another environment', { env: 'stage' }],
    ['another tenant', { tenant_id: 'tenant-b' }],
    ['another correlation', { correlation_id: 'chain-2' }],
    ['a credential of its own', { tenant_credential: 'MARKED' }],
  ])('A chained dispatch with %s is denied, and the denial is recorded.', async (_, wider) => {
    hall = await chainedHall([asking(wider), inner]);
    const { result } = await hall.dispatch(ask('outer'));
    expect(result?.result).toMatchObject({ outcome: 'DENY', code: 'DENY_FROZEN', result: null });
    const [, below] = await decisionsOf(hall);
    expect(stopOf(below as never)).toBe('CHAIN_WIDENED');
    expect(below?.decision).toMatchObject({ tenant_id: 'tenant-a', correlation_id: 'chain-1' });
    expect(JSON.stringify(below)).not.toContain('MARKED');
  });

  test('It has the credential of its parent, of which only the hash is kept.', async () => {
    hall = await chainedHall([asking({}), inner], {
      config: { require_credential: true },
      origin: 'hall.example',
    });
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const keys = { keys: [publicKey.export({ format: 'jwk' })] };
    await hall.identity.issuers.put({ issuer: 'idp', tenant_id: 'tenant-a', roles: ['tenant'], keys });
    const tenant_credential = await new SignJWT()
      .setProtectedHeader({ alg: 'EdDSA' })
      .setIssuer('idp')
      .setSubject('ada')
      .setAudience('hall.example')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
    const { result } = await hall.dispatch(ask('outer', {}, { tenant_credential }));
    expect(result?.result).toMatchObject({ outcome: 'DISPATCH' });
    const [, below] = await decisionsOf(hall);
    expect(below?.input).toMatchObject({ tenant_credential: sha256(tenant_credential) });
  });

  test('What no request may contain is refused by decide.', async () => {
    hall = await chainedHall([asking({ policy_gate: 'open' }), inner]);
    expect((await hall.dispatch(ask('outer'))).result?.result).toMatchObject({ code: 'DENY_INVALID_INPUT' });
  });

  test('A caller cannot understate what was spent: it can only raise its own score.', async () => {
    hall = await chainedHall([asking({ blast_score: 0 }, 1), inner]);
    await hall.dispatch(ask('outer'));
    expect((await decisionsOf(hall))[1]?.decision.blast_score).toBe(3);
  });

  test('A dispatch chain that comes back to what it is already doing is a loop.', async () => {
    const looping = chainWorker('inner', 0, async (request, context) => {
      const { decision } = await context.dispatch({ capability_id: 'org.chain.do-inner', request });
      return { code: decision.deny_code };
    });
    hall = await chainedHall([looping]);
    expect((await hall.dispatch(ask('inner', { n: 1 }))).result?.result).toEqual({ code: 'DENY_FROZEN' });
    expect((await decisionsOf(hall)).map(stopOf)).toEqual([null, 'CHAIN_LOOP']);
  });

  test('A dispatch chain has a maximum depth.', async () => {
    const digging = chainWorker('inner', 0, async ({ n }: { n?: number }, context) => {
      const request = { n: (n ?? 0) + 1 };
      const { decision } = await context.dispatch({ capability_id: 'org.chain.do-inner', request });
      return { code: decision.deny_code };
    });
    hall = await chainedHall([digging], {
      workers: [{ delivery: inProcessDelivery(digging), limits: { concurrency: 16 } }],
    });
    await hall.dispatch(ask('inner'));
    const stops = (await decisionsOf(hall)).map(stopOf);
    expect(stops).toEqual([...Array.from({ length: 9 }, () => null), 'CHAIN_TOO_DEEP']);
  });

  test('A dispatch chain that would wait for a place that it holds itself is refused, and does not wait.', async () => {
    const digging = chainWorker('inner', 0, async ({ n }: { n?: number }, context) => {
      const request = { n: (n ?? 0) + 1 };
      const { decision, result } = await context.dispatch({ capability_id: 'org.chain.do-inner', request });
      return { outcome: decision.outcome, below: result?.result ?? null };
    });
    hall = await chainedHall([digging], {
      workers: [{ delivery: inProcessDelivery(digging), limits: { concurrency: 2 } }],
    });
    const { result } = await hall.dispatch(ask('inner'));
    expect(result?.result).toEqual({ outcome: 'DISPATCH', below: { outcome: 'DISPATCH', below: null } });
    const letters = await partsOf(hall).storage.store.list('dead_letters');
    expect(letters.map(({ document }) => JSON.parse(document).code)).toEqual(['DELIVERY_BUSY']);
  });

  test('Nothing below a dispatch outlives it.', async () => {
    const slow = chainWorker('inner', 0, async (_request, { signal, deadline }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return { deadline };
    });
    hall = await chainedHall([asking({}), slow], { timeout_ms: 300 });
    const { outcome_receipt } = await hall.dispatch(ask('outer'));
    expect(outcome_receipt?.outcome?.status).not.toBe('ok');
    // Both end at the same instant; which of the two outcomes is durable first is left to the machine.
    await expect.poll(() => partsOf(hall as Hall).storage.store.list('dispatches')).toEqual([]);
  });
});
