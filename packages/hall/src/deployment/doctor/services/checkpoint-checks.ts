import { X509Certificate } from 'node:crypto';
import { generateSigningKey, merkleRoot, signCheckpoint } from '@wcp/evidence';
import { type KeyTerm, writeVerifierKey } from '@wcp/evidence/log';
import { verifyWitnessed } from '@wcp/evidence/witness';
import type { LogKeys } from '@wcp/spec/hall';
import type {
  CheckpointOptions,
  TimestampOptions,
  WitnessOptions,
} from '../../../checkpoints/checkpoint-options.ts';
import { RecipientError } from '../../../checkpoints/checkpoint-recipient.ts';
import { readBounded } from '../../../checkpoints/post.ts';
import { TimestampRecipient } from '../../../checkpoints/timestamp-recipient.ts';
import { type CheckBase, type DeploymentCheck, ok, warn } from '../check.ts';
import { shellWord } from '../shell-command.ts';

const REACH_MS = 5_000;
const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The log that witnesses are asked about. */
interface AskedLog {
  readonly origin: string;
  /** The keys of the log in their order; null where nobody can say. */
  readonly terms: () => Promise<readonly KeyTerm[] | null>;
}

interface Server {
  readonly origin: string;
  readonly host: string;
  readonly port: number;
}

/** The log of a folder: its keys stand in its store, or a Hall that has it open shows them to everybody. */
export function logOf(server: Server, stored: readonly KeyTerm[] | null): AskedLog {
  return { origin: server.origin, terms: async () => stored ?? shownTerms(server) };
}

async function shownTerms({ origin, host, port }: Server): Promise<readonly KeyTerm[] | null> {
  if (port === 0) return null;
  const shown = await asked(`http://${host.includes(':') ? `[${host}]` : host}:${port}/wcp/log/keys`, {});
  try {
    const keys = JSON.parse(shown?.text ?? 'null') as LogKeys | null;
    return keys?.origin === origin && keys.keys.length > 0 ? keys.keys : null;
  } catch {
    return null;
  }
}

/**
 * Each witness and each authority of timestamps that is named, asked now: whether it answers as one does, and with the
 * key or by the certificates that are named.
 */
export async function checkpointChecks(
  { now }: CheckBase,
  { witnesses = [], timestamps = [] }: CheckpointOptions,
  log: AskedLog,
): Promise<DeploymentCheck[]> {
  const asked = witnesses.map((each) => witnessCheck(each, log));
  return Promise.all([...asked, ...timestamps.map((each) => timestampCheck(each, now))]);
}

/** A witness refuses an empty request as malformed: whoever answers otherwise is none. */
async function witnessCheck({ key, url }: WitnessOptions, log: AskedLog): Promise<DeploymentCheck> {
  const { origin } = log;
  const base = url.replace(/\/$/, '');
  const address = `${base}/add-checkpoint`;
  const rest = { subject: key.name, remedy: `curl -i -X POST ${shellWord(address)}` };
  const status = (await asked(address, { method: 'POST', body: '' }))?.status ?? null;
  if (status !== 400) {
    const found =
      status === null ? 'It cannot be reached' : `It does not answer as a witness does (${status})`;
    return warn('witness', `${found}: checkpoints are not cosigned by it, and the Hall runs on.`, rest);
  }
  const latest = `${base}/checkpoint?origin=${encodeURIComponent(origin)}`;
  const known = await asked(latest, {});
  if (known?.status !== 200) {
    return ok('witness', 'It answers. It shows no checkpoint of this log: its key was not checked.', {
      subject: key.name,
    });
  }
  const policy = { logs: [], witnesses: [key], quorum: { witness: 0 } };
  const { witnessed_size } = verifyWitnessed({ checkpoints: [known.text], policy });
  if (witnessed_size !== null) return cosignedCheck(key.name, witnessed_size, log);
  const message =
    'It cosigns with another key than the one that is named: its cosignatures are not kept. Put the key that `wcp witness init` printed into server.json.';
  return warn('witness', message, { subject: key.name, remedy: `curl -i ${shellWord(latest)}` });
}

/** A witness believes nothing that a log says of itself: somebody must tell it of the next key. */
async function cosignedCheck(subject: string, size: number, log: AskedLog): Promise<DeploymentCheck> {
  const term = (await log.terms())?.at(-1);
  if (term === undefined || term.from_position <= size) {
    const message = `It answers, and has cosigned ${size} receipts with the key that is named.`;
    return ok('witness', message, { subject });
  }
  const { from_position, public_key } = term;
  const message = `It has cosigned nothing since the key of the log changed at ${from_position} receipts, and refuses every checkpoint until it is told of the new key: on its machine, with the folder of the witness in place of my-witness. Then start the witness again.`;
  const verifierKey = shellWord(writeVerifierKey(log.origin, public_key));
  const remedy = `wcp witness watch my-witness ${verifierKey} --from-size ${from_position}`;
  return warn('witness', message, { subject, remedy });
}

interface Asked {
  readonly status: number;
  readonly text: string;
}

/** Null where nothing answers. No redirect is followed. */
async function asked(url: string, request: RequestInit): Promise<Asked | null> {
  const signal = AbortSignal.timeout(REACH_MS);
  try {
    const response = await fetch(url, { ...request, redirect: 'manual', signal });
    return { status: response.status, text: (await readBounded(response.body))?.toString() ?? '' };
  } catch {
    return null;
  }
}

/** Asks for a timestamp on a checkpoint of no log, and verifies it as the Hall does. */
async function timestampCheck(options: TimestampOptions, now: number): Promise<DeploymentCheck> {
  const subject = new URL(options.url).origin;
  const ends = (options.certificates.match(PEM) ?? []).map(validTo);
  if (!ends.some((end) => end >= now)) {
    const message = 'None of its certificates is valid now: its timestamps are not kept.';
    return warn('timestamps', message, { subject });
  }
  const note = signCheckpoint(
    { origin: 'wcp-doctor.invalid/log', size: 0, root: merkleRoot([]) },
    generateSigningKey(),
  );
  try {
    const recipient = new TimestampRecipient(options, () => now);
    await recipient.send({ size: 0, note }, AbortSignal.timeout(REACH_MS));
    const message = 'It answers, and its timestamps verify by the certificates that are named.';
    return ok('timestamps', message, { subject });
  } catch (error) {
    const why =
      error instanceof RecipientError ? `${error.code}: ${error.message}` : 'Its answer cannot be read.';
    const message = `${why} Checkpoints get no timestamp from it, and the Hall runs on.`;
    return warn('timestamps', message, { subject, remedy: `curl -i ${shellWord(options.url)}` });
  }
}

function validTo(pem: string): number {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return 0;
  }
}
