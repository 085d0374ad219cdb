import { generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextFor } from '@wcp/worker-kit/testing';
import { onTestFinished } from 'vitest';
import { type Question, type Registrar, type Registration, registrarFor } from '../src/index.ts';
import { recordFor } from '../src/record.ts';

export const hashOf = (text: string) => `sha256:${hash('sha256', text, 'hex')}`;

/** A document with a chunk for each text, with the given vectors or one default vector. */
export function documentOf(
  source: string,
  texts: readonly string[],
  more: Partial<Registration> & { vectors?: readonly (readonly number[])[] } = {},
): Registration {
  const { vectors = [], ...members } = more;
  const chunks = texts.map((text, n) => ({ text, heading: null, vector: [...(vectors[n] ?? [1, 0, 0])] }));
  return { source, title: null, sha256: hashOf(texts.join('\n')), model: 'test-3', chunks, ...members };
}

export function signatureOf(text: string, privateKey: KeyObject = generateKeyPairSync('ed25519').privateKey) {
  const { x = '' } = privateKey.export({ format: 'jwk' });
  const raw = Buffer.from(x, 'base64url');
  return {
    signing_key_id: `ed25519:${hash('sha256', raw, 'hex').slice(0, 16)}`,
    public_key: raw.toString('hex'),
    signature: sign(null, Buffer.from(text), privateKey).toString('base64'),
  };
}

export type Where = { tenant_id?: string; data_label?: 'PUBLIC' | 'INTERNAL' | 'RESTRICTED' };

export const contextOf = (capability_id: string, where: Where = {}) =>
  contextFor({ record: recordFor(undefined) } as never, {
    capability_id,
    correlation_id: 'research/1',
    ...where,
  });

/** Calls a registrar by the names of its two capabilities. */
export function callerOf({ worker }: Registrar) {
  return {
    register: (document: Registration, where: Where = {}) =>
      worker.execute(document, contextOf('cap.research.register', where)),
    retrieve: (question: Partial<Question>, where: Where = {}) =>
      worker.execute(question, contextOf('cap.mem.retrieve', where)),
    find: async (question: Partial<Question>, where: Where = {}) => {
      const answer = await worker.execute(question, contextOf('cap.mem.retrieve', where));
      return (answer.result as { hits: { text: string; score: number; document_id: string }[] }).hits;
    },
  };
}

/** A registrar with a store of its own, in a file or in memory, for one test. */
export function freshRegistrar(kind: 'file' | 'memory' = 'memory') {
  const file = kind === 'file' ? freshFile() : undefined;
  const registrar = registrarFor(file);
  onTestFinished(() => registrar.close());
  return { ...callerOf(registrar), worker: registrar.worker, file: file ?? '' };
}

/** A file for a store, in a folder that is removed after the test. */
export function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'registrar-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'research.db');
}
