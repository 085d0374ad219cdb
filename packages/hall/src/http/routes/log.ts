import { writeVerifierKey } from '@wcp/evidence/log';
import { WcpError } from '@wcp/spec';
import { ProblemError } from '../../base/problem.ts';
import type { Routes } from '../route.ts';

/** The log: its signed head, and the proofs that nothing in it was changed (section 8, "Log"). */
export const LOG_ROUTES = {
  showLog: {
    async handle({ hall: { key, origin, storage } }) {
      const { keyId: signing_key_id, publicKey: public_key } = key;
      const verifier_key = writeVerifierKey(origin, public_key);
      return { origin, signing_key_id, public_key, verifier_key, ...(await storage.ledger.head()) };
    },
  },
  signCheckpoint: {
    handle: ({ hall: { storage, clock } }) => storage.ledger.checkpoint(clock.timestamp()),
  },
  proveInclusion: {
    async handle({ hall: { storage }, query }) {
      const size = readSize(query.size, (await storage.ledger.head()).size);
      const position = Number(query.position);
      return { position, size, proof: await inRange(storage.ledger.proveInclusion(position, size)) };
    },
  },
  proveConsistency: {
    async handle({ hall: { storage }, query }) {
      const second = readSize(query.second, (await storage.ledger.head()).size);
      const first = Number(query.first);
      return { first, second, proof: await inRange(storage.ledger.proveConsistency(first, second)) };
    },
  },
} satisfies Partial<Routes>;

function readSize(text: string | undefined, known: number): number {
  const size = text === undefined ? known : Number(text);
  if (size <= known) return size;
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
