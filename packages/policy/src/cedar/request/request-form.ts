import type { Context, EntityJson, StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyGateRequest } from '@wcp/router';
import type { CedarPolicy } from '../policy/cedar-policy.ts';
import {
  type CedarMember,
  CONTEXT_MEMBERS,
  PRIVILEGE_CONTEXT,
  privilegeTags,
  WORKER_MEMBERS,
} from './members.ts';
import { DISPATCH } from './schema.ts';

/** A request of step 13 as Cedar reads it. */
export type CedarRequest = Pick<
  StatefulAuthorizationCall,
  'principal' | 'action' | 'resource' | 'context' | 'entities'
>;

/**
 * Which members of a request some policies read. What none of them names cannot change their answer and is left out: most
 * of the time of a decision goes into the reading of what is handed over.
 */
export interface RequestForm {
  readonly context: readonly CedarMember[];
  readonly worker: readonly CedarMember[];
  readonly readsGroup: boolean;
  readonly readsPrivilegeContext: boolean;
}

/** Everything, whatever the policies read. */
export const FULL_FORM: RequestForm = {
  context: CONTEXT_MEMBERS,
  worker: WORKER_MEMBERS,
  readsGroup: true,
  readsPrivilegeContext: true,
};

/** What of a request these policies read. */
export function formOf(policies: readonly CedarPolicy[]): RequestForm {
  const used: UsedNames = { names: new Set(), readsWholeContext: false, readsGroup: false };
  for (const { json } of policies) collect(json, used);
  const isUsed = ({ name }: CedarMember) => used.names.has(bare(name));
  return {
    context: used.readsWholeContext ? CONTEXT_MEMBERS : CONTEXT_MEMBERS.filter(isUsed),
    worker: WORKER_MEMBERS.filter(isUsed),
    readsGroup: used.readsGroup,
    readsPrivilegeContext: used.readsWholeContext || used.names.has('privilege_context'),
  };
}

/** Writes a request in a form. */
export function writeRequest(request: PolicyGateRequest, form: RequestForm): CedarRequest {
  const action = { type: 'Action', id: request.capability_id };
  const resource = { type: 'Worker', id: request.worker_id };
  const entities: EntityJson[] = [];
  if (form.worker.length > 0) {
    entities.push({ uid: resource, attrs: membersOf(request, form.worker), parents: [] });
  }
  if (form.readsGroup) entities.push({ uid: action, attrs: {}, parents: [{ type: 'Action', id: DISPATCH }] });
  if (form.readsPrivilegeContext && request.privilege_context !== null) {
    const tags = privilegeTags(request.privilege_context);
    entities.push({ uid: PRIVILEGE_CONTEXT, attrs: {}, parents: [], tags });
  }
  const context = membersOf(request, form.context);
  return { principal: { type: 'Tenant', id: request.tenant_id }, action, resource, context, entities };
}

function membersOf(request: PolicyGateRequest, members: readonly CedarMember[]): Context {
  const written: Context = {};
  for (const { name, value } of members) {
    const given = value(request);
    if (given !== undefined) written[bare(name)] = given;
  }
  return written;
}

/** The name of a member without the mark of an optional one. */
function bare(name: string): string {
  return name.endsWith('?') ? name.slice(0, -1) : name;
}

interface UsedNames {
  readonly names: Set<string>;
  readsWholeContext: boolean;
  readsGroup: boolean;
}

/** The names that a policy reads, by name alone: one too many costs time, one too few would change the answer. */
function collect(json: unknown, used: UsedNames): void {
  if (typeof json !== 'object' || json === null) return;
  for (const [key, value] of Object.entries(json)) {
    // A record of the policy may have members of these names as well; they hold an expression.
    if ((key === '.' || key === 'has') && isAccess(value)) collectAccess(value, used);
    else if (key === 'Var' && value === 'context') used.readsWholeContext = true;
    else collect(value, used);
    used.readsGroup ||= key === 'id' && value === DISPATCH;
  }
}

interface Access {
  readonly left: unknown;
  readonly attr: string | readonly string[];
}

function isAccess(value: unknown): value is Access {
  return typeof value === 'object' && value !== null && 'left' in value && 'attr' in value;
}

function collectAccess({ left, attr }: Access, used: UsedNames): void {
  for (const name of [attr].flat()) used.names.add(name);
  const isVariable = Object.keys(Object(left)).join() === 'Var';
  if (!isVariable) collect(left, used);
}
