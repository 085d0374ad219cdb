import { checkId, type Finding, type WorkerContext } from '@wcp/spec';
import { DATA_LABELS, ENVS, isTime, QOS_CLASSES } from '@wcp/spec/document';
import { compareText, escapeText } from '@wcp/spec/json';
import type { EventContext } from '@wcp/telemetry';
import { readPlain } from '../base/plain.ts';

/** A context that was read once. */
export interface ContextReading {
  /** The context; null where there are findings. */
  readonly context: WorkerContext | null;
  /** The members that events repeat: each where it is valid, else null. */
  readonly echo: EventContext;
  readonly findings: readonly Finding[];
}

/** Reads a context of any form (section 10) and returns every finding. */
export function readContext(value: unknown): ContextReading {
  const plain = readPlain(value);
  if (!plain.ok) return { context: null, echo: echoOf({}), findings: plain.findings };
  if (typeof plain.value !== 'object' || plain.value === null || Array.isArray(plain.value)) {
    const message = 'A context must be a JSON object.';
    return { context: null, echo: echoOf({}), findings: [{ path: '', code: 'NOT_AN_OBJECT', message }] };
  }
  const members = plain.value as Record<string, unknown>;
  const findings = [...checkMembers(members), ...unknownMembers(members)];
  findings.sort((a, b) => compareText(a.path, b.path));
  const context = findings.length === 0 ? (members as unknown as WorkerContext) : null;
  return { context, echo: echoOf(members), findings };
}

interface Member {
  readonly expected: string;
  accepts(value: unknown): boolean;
}

const OPAQUE_ID = /^[A-Za-z0-9._:@/-]{1,128}$/;
const opaque: Member = {
  expected: '1 to 128 characters of A-Z a-z 0-9 . _ : @ / -',
  accepts: (value) => typeof value === 'string' && OPAQUE_ID.test(value),
};
const text: Member = { expected: 'a string', accepts: (value) => typeof value === 'string' };
const oneOf = (values: readonly string[]): Member => ({
  expected: `one of ${values.join(', ')}`,
  accepts: (value) => typeof value === 'string' && values.includes(value),
});
const id = (kind: 'capability' | 'worker'): Member => ({
  expected: `an id of kind ${kind}`,
  accepts: (value) => typeof value === 'string' && checkId(value, kind).valid,
});

const MEMBERS: Readonly<Record<keyof WorkerContext, Member>> = {
  correlation_id: opaque,
  tenant_id: opaque,
  env: oneOf(ENVS),
  data_label: oneOf(DATA_LABELS),
  qos_class: oneOf(QOS_CLASSES),
  capability_id: id('capability'),
  policy_version: text,
  decision_id: text,
  worker_id: id('worker'),
  deadline: {
    expected: 'a time in UTC, such as 2026-01-01T00:00:00.000Z, or null',
    accepts: (value) => value === null || (typeof value === 'string' && isTime(value)),
  },
};

function checkMembers(members: Record<string, unknown>): Finding[] {
  return Object.entries(MEMBERS).flatMap(([name, { expected, accepts }]): Finding[] => {
    if (!Object.hasOwn(members, name)) {
      return [{ path: `/${name}`, code: 'MISSING_MEMBER', message: `The member "${name}" is required.` }];
    }
    if (accepts(members[name])) return [];
    return [{ path: `/${name}`, code: 'INVALID_VALUE', message: `Expected ${expected}.` }];
  });
}

function unknownMembers(members: Record<string, unknown>): Finding[] {
  const unknown = Object.keys(members).filter((name) => !Object.hasOwn(MEMBERS, name));
  return unknown.slice(0, 100).map((name) => ({
    path: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`.slice(0, 1024).toWellFormed(),
    code: 'UNKNOWN_MEMBER',
    message: `There is no member "${escapeText(name.slice(0, 100).toWellFormed())}" in a context.`,
  }));
}

function echoOf(members: Record<string, unknown>): EventContext {
  const echo = (name: keyof EventContext) => {
    const value = Object.hasOwn(members, name) ? members[name] : null;
    return typeof value === 'string' && MEMBERS[name].accepts(value) ? value : null;
  };
  return {
    correlation_id: echo('correlation_id'),
    tenant_id: echo('tenant_id'),
    capability_id: echo('capability_id'),
    decision_id: echo('decision_id'),
  };
}
