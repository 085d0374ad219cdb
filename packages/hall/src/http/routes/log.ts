import { writeVerifierKey } from '@wcp/evidence/log';
import { WcpError } from '@wcp/spec';
import { Type } from 'typebox';
import { ProblemError } from '../../base/problem.ts';
import { ANY_ROLE } from '../access.ts';
import type { HallApp } from '../app.ts';
import type { HallParts } from '../hall-parts.ts';
import { answers, closed, textAnswer } from '../wire.ts';

const text = Type.String();
const number = Type.String({ pattern: '^[0-9]{1,15}$' });
const proof = Type.Array(text);

/** The log: its head, signed, and the proofs that nothing in it was changed (section 8, "Log"). */
export function addLogRoutes(app: HallApp, { storage, key, origin, clock }: HallParts): void {
  const { ledger } = storage;
  app.get(
    '/wcp/log',
    {
      config: { access: ANY_ROLE },
      schema: {
        operationId: 'showLog',
        summary: 'Which log this is, the key that signs it, and how far it has come',
        response: answers({
          200: closed({
            origin: text,
            signing_key_id: text,
            public_key: text,
            verifier_key: text,
            size: Type.Integer(),
            root: text,
          }),
        }),
      },
    },
    async () => {
      const { keyId: signing_key_id, publicKey: public_key } = key;
      const verifier_key = writeVerifierKey(origin, public_key);
      return { origin, signing_key_id, public_key, verifier_key, ...(await ledger.head()) } as never;
    },
  );
  app.get(
    '/wcp/checkpoint',
    {
      config: { access: ANY_ROLE },
      schema: {
        operationId: 'signCheckpoint',
        summary: 'The head of the log, signed now: a C2SP tlog-checkpoint',
        response: answers({ 200: textAnswer('text/plain', 'A signed note.') }, [400, 401, 403, 429, 503]),
      },
    },
    async (_request, reply) =>
      reply.type('text/plain; charset=utf-8').send((await ledger.checkpoint(clock.timestamp())) as never),
  );
  app.get(
    '/wcp/proofs/inclusion',
    {
      config: { access: ANY_ROLE },
      schema: {
        operationId: 'proveInclusion',
        summary: 'That the receipt at a position is in the log of a size',
        querystring: closed({ position: number, size: Type.Optional(number) }),
        response: answers({ 200: closed({ position: Type.Integer(), size: Type.Integer(), proof }) }),
      },
    },
    async ({ query }) => {
      const head = await ledger.head();
      const size = query.size === undefined ? head.size : Number(query.size);
      checkSize(size, head.size);
      const position = Number(query.position);
      return { position, size, proof: await inRange(ledger.proveInclusion(position, size)) } as never;
    },
  );
  app.get(
    '/wcp/proofs/consistency',
    {
      config: { access: ANY_ROLE },
      schema: {
        operationId: 'proveConsistency',
        summary: 'That the log of one size begins with the log of a smaller one',
        querystring: closed({ first: number, second: Type.Optional(number) }),
        response: answers({ 200: closed({ first: Type.Integer(), second: Type.Integer(), proof }) }),
      },
    },
    async ({ query }) => {
      const head = await ledger.head();
      const second = query.second === undefined ? head.size : Number(query.second);
      checkSize(second, head.size);
      const first = Number(query.first);
      return { first, second, proof: await inRange(ledger.proveConsistency(first, second)) } as never;
    },
  );
}

function checkSize(size: number, known: number): void {
  if (size <= known) return;
  throw new ProblemError('INVALID_QUERY', `The log has ${known} receipts.`);
}

async function inRange<T>(proving: Promise<T>): Promise<T> {
  try {
    return await proving;
  } catch (error) {
    if (!(error instanceof WcpError) || error.code !== 'ERR_WCP_MERKLE_RANGE') throw error;
    throw new ProblemError('INVALID_QUERY', error.message);
  }
}
