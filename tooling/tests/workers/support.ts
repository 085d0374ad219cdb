import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Deployment, type DispatchAnswer, openDeployment } from '@wcp/hall';
import { probeSandbox } from '@wcp/sandbox';
import { type RegistryRecord, recordHash } from '@wcp/spec';
import { describe, expect, onTestFinished } from 'vitest';
import { ROOT } from '../../src/repository/root.ts';

/** Tests of a contained worker: a machine that cannot contain one has nothing to show. */
export const describeContained = describe.skipIf(!(await probeSandbox()).is_contained);

/** What the receipt says of a worker that can do what its envelope says, and nothing else. */
export const HELD = Object.fromEntries(
  ['filesystem_writes', 'network_egress', 'secrets_access', 'tools', 'code'].map((member) => [
    member,
    expect.objectContaining({ level: 'enforced' }),
  ]),
);

/** How a worker is set up in a Hall. */
export interface WorkerSetup {
  /** Its folder under `workers/`. */
  readonly name: string;
  /** Members of the worker in `server.json`, beside its package. */
  readonly settings?: object;
  /** Members of `server.json`. */
  readonly server?: object;
  /** The environment in which its program prints the record to enrol; without it, the published one is. */
  readonly recordIn?: Readonly<Record<string, string>>;
  /** Members of the envelope that is enrolled. */
  readonly envelope?: object;
}

/** A Hall with one worker, and what its log said. */
export interface WorkerHall {
  readonly dir: string;
  readonly deployment: Deployment;
  readonly said: readonly string[];
  ask(request: object, members?: object): Promise<DispatchAnswer>;
}

/** A folder that is gone after the test, its name without links. */
export function scratch(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'wcp-contained-')));
  onTestFinished(async () => {
    // The copies that ran are read-only folders.
    execFileSync('chmod', ['-R', 'u+w', dir]);
    await rm(dir, { recursive: true });
  });
  return dir;
}

/** Opens a Hall in a folder, as `wcp serve` does, with the published files of one worker. */
export async function openWorker(setup: WorkerSetup, dir = scratch()): Promise<WorkerHall> {
  const record = copyWorker(setup, dir);
  write(dir, 'rules.json', { rules: [ruleFor(record)] });
  write(dir, 'hall.json', CONFIG);
  const worker = { dir: 'package', record: 'record.json', ...runOf(setup), ...setup.settings };
  write(dir, 'server.json', { origin: 'localhost/contained', ...setup.server, workers: [worker] });
  const said: string[] = [];
  const log = (_: string, message: string) => void said.push(message);
  const deployment = await openDeployment(dir, { listens: false, keys: 'none', log });
  onTestFinished(() => deployment.close(0));
  const [capability_id] = record.capabilities;
  let asked = 0;
  const ask = (request: object, members: object = {}) => {
    asked += 1;
    const correlation_id = `contained-${asked}`;
    return deployment.hall.dispatch({ ...INPUT, capability_id, correlation_id, request, ...members });
  };
  return { dir, deployment, said, ask };
}

/** Where nothing but a contained worker may run. */
const INPUT = {
  env: 'prod',
  data_label: 'INTERNAL',
  tenant_risk: 'low',
  qos_class: 'P2',
  tenant_id: 'agent.test',
};
const SECRETS = ['WCP_HASHER_KEY', 'WCP_HALL_KEY'];
const CONFIG = {
  policy_version: 'policy.test.1',
  allowed_tenants: ['agent.test'],
  require_worker_attestation: false,
  enforce_privilege_envelopes: true,
  privilege_policy: { secrets: { prod: SECRETS } },
};

function ruleFor({ worker_species_id }: RegistryRecord): object {
  return {
    rule_id: 'anything',
    match: {},
    decision: { candidate_workers_ranked: [{ worker_species_id }] },
  };
}

/** Copies what of a worker is published, and writes the record to enrol beside it. */
function copyWorker({ name, recordIn, envelope }: WorkerSetup, dir: string): RegistryRecord {
  const [home, to] = [join(ROOT, 'workers', name), join(dir, 'package')];
  for (const file of publishedFiles(home)) {
    mkdirSync(join(to, file, '..'), { recursive: true });
    cpSync(join(home, file), join(to, file));
  }
  const printed =
    recordIn === undefined
      ? readFileSync(join(home, 'registry_record.json'), 'utf8')
      : execFileSync(process.execPath, [join(home, 'dist/bundle.js'), '--record'], {
          env: recordIn,
          encoding: 'utf8',
        });
  const published = JSON.parse(printed) as RegistryRecord;
  const changed = {
    ...published,
    privilege_envelope: { ...published.privilege_envelope, ...envelope },
  } as RegistryRecord;
  const record = { ...changed, artifact_hash: recordHash(changed) };
  write(dir, 'record.json', record);
  return record;
}

function publishedFiles(home: string): string[] {
  const dist = existsSync(join(home, 'dist')) ? readdirSync(join(home, 'dist')) : [];
  const built = dist.filter((file) => file === 'bundle.js' || file.endsWith('.bin'));
  const sources = readdirSync(home).filter((file) => file.endsWith('.py') || file.endsWith('.json'));
  return [
    ...sources.filter((file) => !/^(turbo|tsconfig)\.json$/.test(file)),
    ...built.map((file) => `dist/${file}`),
  ];
}

function runOf({ name }: WorkerSetup): object {
  const isPython = name.endsWith('-py');
  return isPython ? { command: ['python3', 'worker.py', '--stdio'] } : { program: 'dist/bundle.js' };
}

function write(dir: string, name: string, content: object): void {
  writeFileSync(join(dir, name), JSON.stringify(content, null, 2));
}
