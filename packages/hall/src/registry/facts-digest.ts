import { type Sha256, sha256 } from '@wcp/spec';
import { readCanonical } from '@wcp/spec/json';
import type { Observation } from './worker-inspector.ts';

type Members = readonly (readonly [name: string, text: string])[];

/** The canonical JSON of the members that many decisions share: live hashes and bans may be long. */
const shared = new WeakMap<Observation, Members | null>();

/**
 * The `facts_digest` of a decision (section 8): over its own facts and those that it shares with others.
 *
 * @param own the JSON of its own facts, as it is recorded
 * @returns null where facts have no canonical JSON, such as a gate's reason with half a character in it
 */
export function factsDigestOf(own: string, observation: Observation): Sha256 | null {
  const ofAll = sharedMembers(observation);
  const ofOne = membersOf(JSON.parse(own) as object);
  if (ofAll === null || ofOne === null) return null;
  const sorted = [...ofAll, ...ofOne].sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(`{${sorted.map(([, text]) => text).join(',')}}`);
}

function sharedMembers(observation: Observation): Members | null {
  const known = shared.get(observation);
  if (known !== undefined) return known;
  const made = membersOf(JSON.parse(observation.text) as object);
  shared.set(observation, made);
  return made;
}

/** Each member as canonical JSON writes it; null where one has none. */
function membersOf(facts: object): Members | null {
  const members = Object.entries(facts).map(([name, value]) => {
    const { text, findings } = readCanonical({ [name]: value });
    return findings.length === 0 ? ([name, text.slice(1, -1)] as const) : null;
  });
  return members.includes(null) ? null : (members as Members);
}
