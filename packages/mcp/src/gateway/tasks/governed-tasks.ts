import type { Caller, CallOutcome, GatewayTasks } from '../../base/gateway.ts';
import { RPC_CODES } from '../../base/json-rpc.ts';
import { membersOf } from '../../base/members.ts';
import type { SealedTask, TaskIds } from '../../hold/task-ids.ts';
import type { ExecutionOutcomes } from '../execution-outcomes.ts';
import type { HallPort } from '../hall/hall-port.ts';
import { HeldTasks } from './held-tasks.ts';
import { ServerTasks, type TaskServer } from './server-tasks.ts';

/** What tasks are answered with. */
export interface GovernedTaskParts {
  readonly hall: HallPort;
  readonly ids: TaskIds;
  /** The servers whose tasks pass, by alias. */
  readonly servers: ReadonlyMap<string, TaskServer>;
  /** What becomes of the results of a capability. */
  outcomesOf(capability_id: string): ExecutionOutcomes;
}

type Opened =
  | { readonly task: SealedTask; readonly refusal?: never }
  | { readonly task: null; readonly refusal: CallOutcome };

/** The tasks behind a gateway, for those whose call became one. */
export function governedTasks({ hall, ids, servers, outcomesOf }: GovernedTaskParts): GatewayTasks {
  const [held, ofServers] = [new HeldTasks(hall, outcomesOf), new ServerTasks(servers)];
  /** The key of the caller is looked at each time: it may have been revoked since the call. */
  const opened = async (caller: Caller, id: string): Promise<Opened> => {
    const by = await hall.authenticate(caller.credential);
    if (by?.tenant_id !== caller.tenant_id) return { task: null, refusal: NOT_YOURS };
    const reading = ids.open(id, caller.tenant_id);
    return reading.ok ? reading : { task: null, refusal: REFUSALS[reading.fault] };
  };
  return {
    async get(caller, id, call) {
      const { task, refusal } = await opened(caller, id);
      if (task === null) return refusal;
      if (task.kind === 'server') return ofServers.get(caller, id, task, call);
      const result = await held.get(caller, id, task, call);
      return result === null ? UNKNOWN : { kind: 'result', result };
    },
    async update(caller, id, answers, call) {
      const { task, refusal } = await opened(caller, id);
      if (task === null) return refusal;
      if (task.kind === 'server') return ofServers.update(caller, task, membersOf(answers), call);
      return acknowledged(await held.answer(caller, task, membersOf(answers)));
    },
    async cancel(caller, id, call) {
      const { task, refusal } = await opened(caller, id);
      if (task === null) return refusal;
      return task.kind === 'server'
        ? ofServers.cancel(task, call)
        : acknowledged(await held.cancel(caller, task));
    },
  };
}

function acknowledged(isKnown: boolean): CallOutcome {
  return isKnown ? { kind: 'result', result: {} } : UNKNOWN;
}

const UNKNOWN = invalid('There is no such task. Call the tool again.');
const REFUSALS = {
  unknown: UNKNOWN,
  expired: invalid('The task has expired. Call the tool again: it is decided anew.'),
};
const NOT_YOURS = invalid('The key is not valid, or not of this tenant.');

function invalid(message: string): CallOutcome {
  return { kind: 'error', code: RPC_CODES.invalidParams, message };
}
