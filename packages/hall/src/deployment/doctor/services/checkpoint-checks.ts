import { X509Certificate } from 'node:crypto';
import type {
  CheckpointOptions,
  TimestampOptions,
  WitnessOptions,
} from '../../../checkpoints/checkpoint-options.ts';
import { type CheckBase, type DeploymentCheck, ok, warn } from '../check.ts';
import { shellWord } from '../shell-command.ts';

const REACH_MS = 5_000;
const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Each witness that is named, asked now; and how long the certificates of authorities of timestamps are valid. */
export async function checkpointChecks(
  { now }: CheckBase,
  { witnesses = [], timestamps = [] }: CheckpointOptions,
): Promise<DeploymentCheck[]> {
  const asked = await Promise.all(witnesses.map(witnessCheck));
  return [...asked, ...timestamps.map((each) => timestampCheck(each, now))];
}

/** A witness refuses an empty request as malformed: whoever answers otherwise is none. */
async function witnessCheck({ key, url }: WitnessOptions): Promise<DeploymentCheck> {
  const address = `${url.replace(/\/$/, '')}/add-checkpoint`;
  const rest = { subject: key.name, remedy: `curl -i -X POST ${shellWord(address)}` };
  const signal = AbortSignal.timeout(REACH_MS);
  const status = await fetch(address, { method: 'POST', body: '', redirect: 'manual', signal }).then(
    async (response) => {
      await response.body?.cancel();
      return response.status;
    },
    () => null,
  );
  if (status === 400) return ok('witness', 'It answers.', { subject: key.name });
  const found = status === null ? 'It cannot be reached' : `It does not answer as a witness does (${status})`;
  return warn('witness', `${found}: checkpoints are not cosigned by it, and the Hall runs on.`, rest);
}

function timestampCheck({ url, certificates }: TimestampOptions, now: number): DeploymentCheck {
  const subject = new URL(url).origin;
  const ends = (certificates.match(PEM) ?? []).map(validTo);
  const isValid = ends.some((end) => end >= now);
  const message = 'None of its certificates is valid now: its timestamps are not kept.';
  return isValid
    ? ok('timestamps', 'Its certificates are valid.', { subject })
    : warn('timestamps', message, { subject });
}

function validTo(pem: string): number {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return 0;
  }
}
