import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@hey-api/openapi-ts';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inputFor } from '../support/documents.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall } from '../support/test-hall.ts';
import { ACME, CAPABILITIES, recordOf } from '../support/workers.ts';

let hall: TestHall;
let folder: string;
// biome-ignore lint/suspicious/noExplicitAny: it is generated; its types are checked below by their own compiler.
let sdk: any;
beforeAll(async () => {
  hall = await TestHall.open();
  const url = await hall.hall.app.listen({ port: 0, host: '127.0.0.1' });
  folder = tempFolder();
  writeFileSync(join(folder, 'openapi.json'), (await hall.get('nobody', '/wcp/openapi.json')).text);
  await createClient({
    input: join(folder, 'openapi.json'),
    output: { path: join(folder, 'client'), postProcess: [] },
    logs: { level: 'silent' },
    plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
  });
  sdk = await import(pathToFileURL(join(folder, 'client/sdk.gen.ts')).href);
  const { client } = await import(pathToFileURL(join(folder, 'client/client.gen.ts')).href);
  client.setConfig({ baseUrl: url });
});
afterAll(() => hall.close());

const as = (person: 'tenant' | 'steward' | 'admin' | 'owner') => ({ auth: () => hall.keys.get(person) });

test('A client generated from the OpenAPI document dispatches and reads the evidence.', async () => {
  const dispatched = await sdk.dispatch({ ...as('tenant'), body: inputFor('tenant-a') });
  expect(dispatched.response.status).toBe(200);
  expect(dispatched.data.decision).toMatchObject({ outcome: 'DISPATCH', worker_id: ACME });
  const { decision_id } = dispatched.data.decision;
  const shown = await sdk.showDecision({ ...as('tenant'), path: { decision_id } });
  expect(shown.data.receipts).toHaveLength(2);
  const receipts = await sdk.listReceipts({ ...as('tenant'), query: { decision_id, limit: '1' } });
  expect([receipts.data.items.length, typeof receipts.data.next_cursor]).toEqual([1, 'string']);
});

test('The generated client resolves, enrols, creates a key and reports what was refused.', async () => {
  const held = await sdk.dispatch({
    ...as('tenant'),
    body: inputFor('tenant-a', { capability_id: CAPABILITIES.held }),
  });
  const { pending_approval_id: approval_id } = held.data.decision;
  const body = { approval_id, resolution: 'approve' };
  const refused = await sdk.resolveApproval({ ...as('tenant'), body });
  expect([refused.data, refused.error.code]).toEqual([undefined, 'FORBIDDEN']);
  const resolved = await sdk.resolveApproval({ ...as('steward'), body });
  expect(resolved.data.approval.state).toBe('approved');
  const enrolled = await sdk.enrolWorker({ ...as('owner'), body: { record: recordOf(ACME) } });
  expect([enrolled.response.status, enrolled.data.replaced]).toEqual([201, true]);
  const key = await sdk.createKey({ ...as('admin'), body: { label: 'made', roles: ['auditor'] } });
  expect(key.data.key).toMatch(/^wcp_/);
  const rotated = await sdk.rotateKey({ ...as('admin'), path: { key_id: key.data.key_id }, body: {} });
  expect(rotated.response.status).toBe(201);
  const missing = await sdk.showWorker({ ...as('tenant'), path: { worker_id: 'org.acme.nobody' } });
  expect(missing.error).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  const checkpoint = await sdk.signCheckpoint(as('tenant'));
  expect(checkpoint.data).toMatch(/^hall\.example\/log\n\d+\n/);
});

/** What somebody may write against the generated types, and what they must not. */
const PROGRAM = `
import { dispatch, type Receipt, resolveApproval, type RouteInput, showHealth } from './client';
const body: RouteInput = {
  capability_id: 'cap.doc.hash', env: 'dev', data_label: 'PUBLIC', tenant_risk: 'low', qos_class: 'P2',
  tenant_id: 'tenant-a', correlation_id: 'corr',
};
export async function main() {
  const { data, error } = await dispatch({ body });
  const outcome: 'DISPATCH' | 'DENY' | 'STEWARD_HOLD' | undefined = data?.decision.outcome;
  const level: string | null | undefined = (await showHealth()).data?.level;
  const receipt: Receipt | undefined = data?.receipt;
  // @ts-expect-error there is no such environment
  await dispatch({ body: { ...body, env: 'moon' } });
  // @ts-expect-error there is no such member
  await dispatch({ body: { ...body, more: 1 } });
  // @ts-expect-error a resolution is one of three
  await resolveApproval({ body: { approval_id: 'a', resolution: 'maybe' } });
  return [outcome, level, receipt, error];
}
`;

test('The generated types accept what the Hall accepts and refuse what it refuses.', () => {
  const file = join(folder, 'program.ts');
  writeFileSync(file, PROGRAM);
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
  };
  const found = ts.getPreEmitDiagnostics(ts.createProgram([file], options));
  expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
});
