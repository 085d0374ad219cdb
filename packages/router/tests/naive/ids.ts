// Section 2 and "Ids" of section 13.
import { type Check, isText } from './json.ts';

export const ENVS = ['dev', 'stage', 'prod', 'edge'];
export const LABELS = ['PUBLIC', 'INTERNAL', 'RESTRICTED'];
export const RISKS = ['low', 'medium', 'high'];
export const QOS = ['P0', 'P1', 'P2', 'P3'];
export const LEVELS = ['advisory', 'gatekeeper', 'executor', 'incident_commander'];

const KIND_OF_PREFIX: Record<string, string> = {
  cap: 'capability',
  wrk: 'worker_species',
  ctrl: 'control',
  pol: 'policy',
  prof: 'profile',
  evt: 'event',
};
const PRIVATE_PASSES_AS = ['capability', 'worker_species', 'control', 'policy', 'profile'];

/** R2: an underscore counts as a hyphen where one of four prefixes stands. */
export const canonicalId = (id: string): string =>
  /^(ctrl|pol|prof|evt)\./.test(id) ? id.replaceAll('_', '-') : id;

const isWellFormedId = (id: string): boolean => {
  const segments = id.split('.');
  return (
    id.length <= 64 &&
    segments.length >= 2 &&
    segments.length <= 4 &&
    segments.every((segment) => /^[a-z0-9-]+$/.test(segment))
  );
};

function kindOf(id: string): string | null {
  if (!isWellFormedId(id)) return null;
  const segments = id.split('.');
  const first = segments[0] ?? '';
  if (first === 'org' || first === 'x') return segments.length === 2 ? 'authority' : 'private';
  return Object.hasOwn(KIND_OF_PREFIX, first) ? (KIND_OF_PREFIX[first] ?? null) : null;
}

/** Whether a value is an id of that kind, or a private one where that passes. */
export const isIdOf =
  (kind: string): Check =>
  (value) => {
    if (typeof value !== 'string') return false;
    const found = kindOf(canonicalId(value));
    return found === kind || (found === 'private' && PRIVATE_PASSES_AS.includes(kind));
  };

/** `(org|x).<name>.<worker>[.<suffix>]`. */
export const isWorkerId: Check = (value) =>
  typeof value === 'string' && kindOf(value) === 'private' && value.split('.').length >= 3;

export const authorityOf = (id: string): string => id.split('.').slice(0, 2).join('.');

/** `tenant_id`, `correlation_id` and `rule_id`. */
export const isOpaqueId: Check = (value) =>
  typeof value === 'string' && /^[A-Za-z0-9._:@/-]{1,128}$/.test(value);

/** Empty, or only space, tab, LF, CR. */
export const isBlank: Check = (value) => typeof value === 'string' && /^[ \t\n\r]*$/.test(value);

export const isVersion: Check = (value) =>
  isText(value) && /^(wcp-catalog@)?(0|[1-9][0-9]{0,8})(\.(0|[1-9][0-9]{0,8})){2}$/.test(value as string);

const numbersOf = (version: string): bigint[] =>
  version
    .replace('wcp-catalog@', '')
    .split('.')
    .map((part) => BigInt(part));

/** Whether a catalog of version `have` serves what asks for `least`. */
export function versionServes(have: string, least: string): boolean {
  const a = numbersOf(have);
  const b = numbersOf(least);
  const differs = a.findIndex((part, index) => part !== b[index]);
  return differs === -1 || (a[differs] ?? 0n) > (b[differs] ?? 0n);
}
