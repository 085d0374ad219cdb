import type { HallClient } from '@wcp/client';
import { canonicalJson, type RegistryRecord } from '@wcp/spec';
import { isSameTool } from '../tool/tool-record.ts';
import { absentAsNull } from './absent-as-null.ts';

/** The key of an authority, as `generateSigningKey` and `signingKeyFromPem` of `@wcp/evidence` make it. */
export interface EnrolmentKey {
  readonly keyId: string;
  sign(statement: string): Uint8Array;
}

/** How tools are enrolled. */
export interface EnrolOptions {
  readonly timeout_ms: number;
  /** Signs the enrolments; absent, they are not signed. */
  readonly signing_key?: EnrolmentKey | undefined;
}

/** Enrols a tool unless the very same one is. @throws {HallProblemError | WcpError} where that cannot be done */
export async function enrolTool(
  owner: HallClient,
  record: RegistryRecord,
  { timeout_ms, signing_key }: EnrolOptions,
): Promise<void> {
  const { worker_id } = record;
  const enrolled = await absentAsNull(owner.showWorker({ worker_id }, { timeout_ms }));
  // A flag is the Hall's word about the enrolment: a start of the agent must not take it off.
  if (enrolled !== null && isSameTool(enrolled.worker.record, record)) return;
  if (signing_key === undefined) await owner.enrolWorker({ record }, { timeout_ms });
  else {
    const { origin } = await owner.showLog({}, { timeout_ms });
    const signature = signatureOf(record, origin, signing_key);
    await owner.enrolWorker({ record, signature }, { timeout_ms });
  }
}

/** What an authority signs that has registered a key (section 4.2). */
function signatureOf({ worker_id, artifact_hash }: RegistryRecord, audience: string, key: EnrolmentKey) {
  const signed_at = new Date().toISOString();
  const statement = canonicalJson({ artifact_hash, audience, signed_at, worker_id });
  return {
    signing_key_id: key.keyId,
    signed_at,
    signature: Buffer.from(key.sign(statement)).toString('base64'),
  };
}
