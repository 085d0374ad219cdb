import { writeVerifierKey } from '@wcp/evidence/log';
import { WcpError } from '@wcp/spec';
import { ProblemError } from '../../base/problem.ts';
import { logKeysDocument } from '../../storage/keys/log-keys-document.ts';
import { positionOf, readPage } from '../pagination.ts';
import type { Routes } from '../route.ts';

/** Milliseconds that a checkpoint waits for its witnesses. */
const WITNESSES_MS = 5_000;

/** The log: its signed head, and the proofs that nothing in it was changed (section 8, "Log"). */
export const LOG_ROUTES = {
  showLog: {
    async handle({ hall: { keys, origin, storage } }) {
      const { key_id: signing_key_id, public_key } = keys.inForce;
      const verifier_key = writeVerifierKey(origin, public_key);
      const known = { first_key: keys.first.public_key, permit_key: keys.permitKey.publicKey };
      return { origin, signing_key_id, public_key, verifier_key, ...known, ...(await storage.ledger.head()) };
    },
  },
  showLogKeys: { handle: ({ hall }) => logKeysDocument(hall.origin, hall.keys) },
  rotateLogKey: {
    async handle({ hall, body: { prepare = false } }) {
      if (prepare) await refusing(hall.keys.prepare());
      else await refusing(hall.keys.rotate(hall.clock.timestamp()));
      return logKeysDocument(hall.origin, hall.keys);
    },
  },
  revokeLogKey: {
    async handle({ hall, params: { key_id }, body: { position, time } }) {
      if ((position === undefined) === (time === undefined)) {
        throw new ProblemError('INVALID_BODY', 'Say from where on: either a position or a time.');
      }
      const from = time === undefined ? { position: position as number } : { time };
      await refusing(hall.keys.revoke(key_id, from, hall.clock.timestamp()));
      return logKeysDocument(hall.origin, hall.keys);
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

/** What the log refuses is a conflict with the state that it is in. */
async function refusing(changing: Promise<unknown>): Promise<void> {
  try {
    await changing;
  } catch (error) {
    if (!(error instanceof WcpError) || error.code !== 'ERR_WCP_LOG_KEY') throw error;
    throw new ProblemError('CONFLICT', error.message);
  }
}

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
