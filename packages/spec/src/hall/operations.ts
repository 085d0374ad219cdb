import type { TSchema } from 'typebox';
import type { OperationId } from '../endpoints/endpoints.ts';
import type { Wire } from './documents.ts';
import type { Operation } from './operation.ts';
import { ACCESS_OPERATIONS } from './resource/access.ts';
import { APPROVAL_OPERATIONS } from './resource/approval.ts';
import { AUTHORITY_OPERATIONS } from './resource/authority.ts';
import { BACKUP_OPERATIONS } from './resource/backup.ts';
import { BAN_LIST_OPERATIONS } from './resource/ban-list.ts';
import { BUDGET_OPERATIONS } from './resource/budget.ts';
import { CALL_OPERATIONS } from './resource/call.ts';
import { DEAD_LETTER_OPERATIONS } from './resource/dead-letter.ts';
import { DECISION_OPERATIONS } from './resource/decision.ts';
import { DISPATCH_OPERATIONS } from './resource/dispatch.ts';
import { ERASURE_OPERATIONS } from './resource/erasure.ts';
import { EVENT_OPERATIONS } from './resource/event.ts';
import { EXPORT_OPERATIONS } from './resource/export.ts';
import { FREEZE_OPERATIONS } from './resource/freeze.ts';
import { HEALTH_OPERATIONS } from './resource/health.ts';
import { IDENTITY_OPERATIONS } from './resource/identity.ts';
import { LOG_OPERATIONS } from './resource/log.ts';
import { PASSKEY_OPERATIONS } from './resource/passkey.ts';
import { WORKER_OPERATIONS } from './resource/worker.ts';

/** Every operation of a Hall by its id (section 9): the server, its OpenAPI document and the client come from it. */
export const OPERATIONS = {
  ...DISPATCH_OPERATIONS,
  ...ACCESS_OPERATIONS,
  ...CALL_OPERATIONS,
  ...DEAD_LETTER_OPERATIONS,
  ...WORKER_OPERATIONS,
  ...AUTHORITY_OPERATIONS,
  ...BAN_LIST_OPERATIONS,
  ...APPROVAL_OPERATIONS,
  ...PASSKEY_OPERATIONS,
  ...DECISION_OPERATIONS,
  ...LOG_OPERATIONS,
  ...EVENT_OPERATIONS,
  ...HEALTH_OPERATIONS,
  ...FREEZE_OPERATIONS,
  ...ERASURE_OPERATIONS,
  ...BACKUP_OPERATIONS,
  ...EXPORT_OPERATIONS,
  ...BUDGET_OPERATIONS,
  ...IDENTITY_OPERATIONS,
} satisfies Readonly<Record<OperationId, Operation>>;

type Operations = typeof OPERATIONS;

type PartOf<
  K extends OperationId,
  P extends 'params' | 'query' | 'headers' | 'body',
> = Operations[K] extends {
  readonly [N in P]: infer S extends TSchema;
}
  ? Wire<S>
  : undefined;

/** What the request of an operation holds; a part that it does not have is undefined. */
export interface RequestOf<K extends OperationId> {
  readonly params: PartOf<K, 'params'>;
  readonly query: PartOf<K, 'query'>;
  readonly headers: PartOf<K, 'headers'>;
  readonly body: PartOf<K, 'body'>;
}

type AnswerIn<A> = A extends Readonly<Record<number, infer S extends TSchema>> ? Wire<S> : never;

/** The answer of an operation: what every HTTP status of success carries. */
export type AnswerOf<K extends OperationId> = AnswerIn<Operations[K]['answers']>;

/** The operations that answer with one page of a list. */
export type ListOperationId = {
  [K in OperationId]: AnswerOf<K> extends {
    readonly items: readonly unknown[];
    readonly next_cursor: string | null;
  }
    ? K
    : never;
}[OperationId];
/** An item of the list that an operation answers with. */
export type ItemOf<K extends ListOperationId> = AnswerOf<K>['items'][number];
