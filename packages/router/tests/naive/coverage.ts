// node coverage.ts [seeds]: how often the generated cases reach each outcome, code, skip reason and event.
import { CATALOG_PROFILES, generateCase } from './generate.ts';
import { isObject, type Obj, own } from './json.ts';
import { naiveDecide } from './model.ts';

const seeds = Number(process.argv[2] ?? 20000);
const counts = new Map<string, number>();

const count = (kind: string, value: unknown): void => {
  const key = `${kind.padEnd(14)} ${String(value)}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

const each = (value: unknown, member: string): unknown[] =>
  Array.isArray(value) ? [...new Set(value.map((item) => own(item, member)))] : [];

function record(decision: Obj): void {
  const reason = decision['deny_reason_if_denied'];
  const context = decision['escalation_context'];
  count('outcome', decision['outcome']);
  count('deny_code', decision['deny_code']);
  for (const code of each(own(reason, 'findings'), 'code')) count('finding', code);
  for (const skip of each(decision['candidate_workers_ranked'], 'skip_reason')) count('skip_reason', skip);
  for (const id of each(decision['telemetry_envelopes'], 'event_id')) count('event', id);
  for (const why of each(own(context, 'reasons'), 'reason')) count(`${decision['outcome']}`, why);
  for (const violation of (own(reason, 'violations') ?? []) as string[]) count('violation', violation);
  if (isObject(context)) count('level', `${decision['outcome']} ${decision['supervisor_level']}`);
}

const started = performance.now();
let pastSelection = 0;
for (let seed = 0; seed < seeds; seed += 1) {
  const { documents, facts, input } = generateCase(seed);
  const decision = naiveDecide(documents, facts, input, CATALOG_PROFILES);
  record(decision);
  const ranked = each(decision['candidate_workers_ranked'], 'skip_reason');
  if (ranked.includes(null)) pastSelection += 1;
}
const seconds = (performance.now() - started) / 1000;

for (const [key, times] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
  console.log(`${key.padEnd(60)} ${String(times).padStart(6)}`);
}
console.log(`past step 9: ${pastSelection} (${((100 * pastSelection) / seeds).toFixed(1)}%)`);
console.log(`${seeds} cases in ${seconds.toFixed(1)} s: ${Math.round(seeds / seconds)} cases/s`);
