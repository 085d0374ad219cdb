import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageHash } from '@wcp/evidence';
import type { RouteDecision, Sha256, WorkerContext, WorkerResult } from '@wcp/spec';
import { testContext } from '@wcp/worker-kit/testing';
import { onTestFinished } from 'vitest';
import type { Delivery, DeliveryCall } from '../../src/delivery/delivery.ts';
import { type PackageDeliveryOptions, packageDelivery } from '../../src/delivery/package/package-delivery.ts';
import type { ProcessEnd } from '../../src/delivery/process/worker-process.ts';
import { record } from './case-worker.ts';

export const caseProgram = fileURLToPath(new URL('./case-program.ts', import.meta.url));

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wcp-delivery-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export function contextOf(members: Partial<WorkerContext> = {}): WorkerContext {
  return testContext({ worker_id: record.worker_id, ...members });
}

export function callOf(request: unknown, members: Partial<DeliveryCall> = {}): DeliveryCall {
  return { context: contextOf(), request, code_hash: null, permit: null, timeout_ms: 10_000, ...members };
}

export const ALLOWED = { outcome: 'DISPATCH', deny_code: null } as RouteDecision;
export const DENIED = { outcome: 'DENY', deny_code: 'DENY_NO_MATCHING_RULE' } as RouteDecision;

export const resultOf = (result: unknown): WorkerResult => ({
  status: 'ok',
  result,
  telemetry: [],
  evidence: [],
  deny_reason: null,
});

/** A package of one program, the way to it, and how its processes ended. */
export interface OpenedPackage {
  readonly delivery: Delivery;
  readonly dir: string;
  readonly snapshots: string;
  readonly hash: Sha256;
  readonly ends: readonly (ProcessEnd & { readonly worker_id: string })[];
}

/** Opens a way to a package that holds the given program. */
export async function openPackage(
  program: string,
  options: Partial<PackageDeliveryOptions> = {},
): Promise<OpenedPackage> {
  const root = await temporaryFolder();
  const dir = await temporaryFolder();
  const snapshots = join(root, 'snapshots');
  await writeFile(join(dir, 'main.mjs'), program);
  const ends: (ProcessEnd & { worker_id: string })[] = [];
  const run = { program: 'main.mjs' };
  const log = (end: ProcessEnd & { worker_id: string }) => ends.push(end);
  const delivery = packageDelivery({ record, dir, run, snapshots, log, isolation: 'declared', ...options });
  onTestFinished(() => delivery.close());
  return { delivery, dir, snapshots, hash: await packageHash(dir), ends };
}

/** A package whose program is the worker of these tests. It takes its code from the repository. */
export function openCasePackage(options: Partial<PackageDeliveryOptions> = {}): Promise<OpenedPackage> {
  return openPackage('await import(process.env.CASE_PROGRAM);', {
    run: { command: [process.execPath, 'main.mjs', '--stdio'] },
    ...options,
    env: { CASE_PROGRAM: caseProgram, ...options.env },
  });
}

/** What makes a call hang for longer than a test may take, and aborts it once its worker has asked for a dispatch. */
export function abortedOnceBegun(): Partial<DeliveryCall> {
  const controller = new AbortController();
  const dispatch = () => {
    controller.abort();
    return new Promise<never>(() => {});
  };
  return { signal: controller.signal, dispatch, timeout_ms: 600_000 };
}

/** A chained dispatch that never ends; the call has begun once its worker has asked for it. */
export function hangingDispatch() {
  let begin = () => {};
  const hasBegun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const dispatch = () => {
    begin();
    return new Promise<never>(() => {});
  };
  return { dispatch, hasBegun };
}

export const soon = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
