/** A port that is this implementation but for one cheat: `node cheat.mjs <name>`. */
import { servePort } from '@wcp/conformance';
import { recordHash } from '@wcp/spec';
import { ENVS } from '@wcp/spec/document';
import { HANDLERS } from '../../src/port/handlers.ts';

const FREE = { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 };

/** What each cheat does to the world before the engine sees it, or to the answer afterwards. */
const CHEATS = {
  'ignores-controls': { world: (given) => workers(given, { currently_implements: controlsOf(given) }) },
  'pools-controls': { world: (given) => workers(given, { currently_implements: implementedIn(given) }) },
  'ignores-environment': { world: (given) => workers(given, { allowed_environments: [...ENVS] }) },
  'ignores-authority': { world: withoutAuthorities },
  'lowers-blast': { world: (given) => workers(given, { blast_radius: FREE }) },
  'ignores-envelope': { world: (given) => config(given, { enforce_privilege_envelopes: false }) },
  'ignores-signatory': { world: (given) => config(given, { require_signatory: false }) },
  'ignores-bans': { world: (given) => facts(given, { banned_hashes: [] }) },
  'ignores-freeze': { world: (given) => facts(given, { frozen: null }) },
  'ignores-chain': { world: (given) => facts(given, { chain: {} }) },
  'names-worker-on-hold': { answer: namedOnHold },
  'drops-telemetry': { answer: (decision) => ({ ...decision, telemetry_envelopes: [] }) },
  'dry-run-is-real': { input: ({ dry_run: _, ...input }) => input },
};

const cheat = CHEATS[process.argv[2]];
const { world = same, input: received = same, answer = same } = cheat;
await servePort(
  {
    ...HANDLERS,
    decide: (given, input) => answer(HANDLERS.decide(tryTo(world, given), tryTo(received, input))),
  },
  {
    input: process.stdin,
    output: process.stdout,
    implementation: { name: process.argv[2], language: 'JavaScript', version: '0' },
  },
);

function same(value) {
  return value;
}

/** A document that the cheat cannot even read goes through as it is. */
function tryTo(change, value) {
  try {
    return change(value);
  } catch {
    return value;
  }
}

function workers(given, changed) {
  return { ...given, workers: given.workers.map((record) => resealed(record, changed)) };
}

function resealed(record, changed) {
  if (recordHash(record) !== record.artifact_hash) return record;
  const cheated = { ...record, ...changed };
  return { ...cheated, artifact_hash: recordHash(cheated) };
}

function config(given, changed) {
  return { ...given, config: { ...given.config, ...changed } };
}

function facts(given, changed) {
  return { ...given, facts: { ...given.facts, ...changed } };
}

function controlsOf(given) {
  return [
    ...new Set(
      JSON.stringify(given).match(/ctrl\.[a-z0-9._-]+|(?:org|x)\.[a-z0-9-]+(?:\.[a-z0-9-]+){1,2}/g) ?? [],
    ),
  ];
}

function implementedIn(given) {
  return [...new Set(given.workers.flatMap((record) => record.currently_implements ?? []))];
}

function withoutAuthorities(given) {
  const { trusted_authorities: _, ...rest } = given.config ?? {};
  const rules = JSON.parse(JSON.stringify(given.rules ?? []), (name, value) =>
    name === 'authorities' ? undefined : value,
  );
  return { ...given, config: rest, rules };
}

function namedOnHold(decision) {
  if (decision.outcome !== 'STEWARD_HOLD') return decision;
  const { worker_id, worker_species_id } = decision.escalation_context;
  return { ...decision, worker_id, selected_worker_species_id: worker_species_id };
}
