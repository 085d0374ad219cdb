import { writeVerifierKey } from '@wcp/evidence/log';
import { WcpError } from '@wcp/spec';
import { ProblemError } from '../../base/problem.ts';
import { positionOf, readPage } from '../pagination.ts';
import type { Routes } from '../route.ts';

/** Milliseconds that a checkpoint waits for its witnesses. */
const WITNESSES_MS = 5_000;

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
    handle: ({ hall: { checkpoints, clock } }) => checkpoints.signWitnessed(clock.timestamp(), WITNESSES_MS),
  },
  listCheckpoints: {
    async handle({ hall: { checkpoints }, query }) {
      const page = readPage(query);
      const items = await checkpoints.list(positionOf(page) ?? -1, page.limit);
      const last = items.at(-1);
      return {
        items,
        next_cursor: items.length < page.limit || last === undefined ? null : String(last.size),
      };
    },
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
