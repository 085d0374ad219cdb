import { createHall, type Hall, type HallOptions, type HallWorker, type Role } from '@wcp/hall';
import type { RegistryRecord, WorkerResult } from '@wcp/spec';
import { onTestFinished } from 'vitest';
import { type Ran, REQUEST, record, wcp } from './support.ts';

/** The people of these tests. */
const PEOPLE = {
  tenant: { roles: ['tenant'], tenant_id: 'tenant-a' },
  other: { roles: ['tenant'], tenant_id: 'tenant-b' },
  owner: { roles: ['worker-owner'], authority: 'org.acme' },
  steward: { roles: ['steward'] },
  auditor: { roles: ['auditor'] },
  admin: { roles: ['admin'] },
} as const satisfies Record<string, { roles: readonly Role[]; tenant_id?: string; authority?: string }>;
type Person = keyof typeof PEOPLE;

const summarize = { capability_id: 'cap.doc.summarize' };
const candidates = [{ worker_species_id: 'wrk.doc.summarizer' }];
const held = (supervisor_level: string) => ({
  candidate_workers_ranked: candidates,
  escalation: { human_required_default: true, supervisor_level },
});

/** Restricted summaries are held for a steward, others run, and everything else is denied. */
export const HALL_RULES = [
  { rule_id: 'held', match: { ...summarize, data_label: 'RESTRICTED' }, decision: held('gatekeeper') },
  { rule_id: 'plain', match: summarize, decision: { candidate_workers_ranked: candidates } },
];
export const HELD = { ...REQUEST, data_label: 'RESTRICTED' } as const;
export const DENIED = { ...REQUEST, capability_id: 'cap.web.fetch' } as const;

/** A worker that answers what its request says. */
export function echoWorker(
  members: Readonly<Record<string, unknown>> = {},
  containment: ReturnType<NonNullable<HallWorker['delivery']['containment']>> = null,
): HallWorker {
  const delivery: HallWorker['delivery'] = {
    record: record(members) as unknown as RegistryRecord,
    observe: async () => null,
    containment: () => containment,
    async deliver({ request }) {
      const { fail = false, say = 'done' } = request as { fail?: boolean; say?: string };
      if (fail) return { status: 'error', result: null, code: 'DELIVERY_CRASHED', duration_ms: 1 };
      const enforcement = containment?.enforcement ?? undefined;
      const delivered = { status: 'ok', result: answer(say), code: null, duration_ms: 1 } as const;
      return enforcement === undefined ? delivered : { ...delivered, enforcement };
    },
    close: async () => {},
  };
  return { delivery };
}

function answer(say: string): WorkerResult {
  return { status: 'ok', result: { summary: say }, telemetry: [], evidence: [], deny_reason: null };
}

/** A Hall that listens, and `wcp` as each of its people. */
export interface TestHall {
  readonly hall: Hall;
  readonly url: string;
  readonly keyOf: (person: Person) => string;
  /** Runs `wcp` with the URL of the Hall and the key of a person in the environment. */
  readonly as: (person: Person, args: readonly string[], input?: string) => Promise<Ran>;
  /** The same with `--json`, parsed. */
  readonly json: (
    person: Person,
    args: readonly string[],
    input?: string,
    // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever member it is about.
  ) => Promise<{ code: number | null; json: any }>;
}

/** Opens a Hall with a key for each of the people, closed after the test. */
export async function openTestHall(options: HallOptions = {}): Promise<TestHall> {
  const hall = await createHall({
    rules: HALL_RULES,
    origin: 'hall.example/log',
    workers: [echoWorker()],
    ...options,
  });
  onTestFinished(() => hall.close());
  const url = await hall.app.listen({ host: '127.0.0.1', port: 0 });
  const keys = new Map<Person, string>();
  for (const [person, granted] of Object.entries(PEOPLE)) {
    keys.set(person as Person, (await hall.identity.keys.create({ label: person, ...granted })).key);
  }
  const keyOf = (person: Person) => keys.get(person) as string;
  const as: TestHall['as'] = (person, args, input = '') =>
    wcp(args, { env: { WCP_HALL_URL: url, WCP_HALL_KEY: keyOf(person) }, input });
  return {
    hall,
    url,
    keyOf,
    as,
    async json(person, args, input) {
      const { code, out } = await as(person, [...args, '--json'], input);
      return { code, json: JSON.parse(out) };
    },
  };
}
