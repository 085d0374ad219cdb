import { type Static, type TSchema, Type } from 'typebox';
import { type BanList, BanListSchema } from '../document/schema/ban-list.ts';
import { closed, nullable } from '../document/schema/common.ts';
import {
  type Enforcement,
  EnforcementSchema,
  type Receipt,
  ReceiptSchema,
} from '../document/schema/receipt.ts';
import { type RegistryRecord, RegistryRecordSchema } from '../document/schema/record.ts';
import { type RouteDecision, RouteDecisionSchema } from '../document/schema/route-decision.ts';
import { type RouteInput, RouteInputSchema } from '../document/schema/route-input.ts';
import { type WorkerResult, WorkerResultSchema } from '../document/schema/worker-result.ts';

// The protocol's documents with the types that their readers return.

/** A {@link RouteInput}. */
export const routeInput = Type.Unsafe<RouteInput>(RouteInputSchema);
/** A {@link RouteDecision}. */
export const routeDecision = Type.Unsafe<RouteDecision>(RouteDecisionSchema);
/** A {@link Receipt}. */
export const receipt = Type.Unsafe<Receipt>(ReceiptSchema);
/** How far a worker is held to its envelope: what the receipts of its outcomes say as things stand. */
export const containment = closed(
  {
    state: Type.Enum(['contained', 'declared', 'not_contained']),
    enforcement: nullable(Type.Unsafe<Enforcement>(EnforcementSchema)),
    message: nullable(Type.String()),
  },
  {
    description:
      'Whether the worker is held to its envelope; `declared`: it runs elsewhere, or its operator chose so; `not_contained`: this machine cannot, so that it gets calls in dev alone.',
  },
);
/** A {@link RegistryRecord}. */
export const registryRecord = Type.Unsafe<RegistryRecord>(RegistryRecordSchema);
/** A {@link WorkerResult}. */
export const workerResult = Type.Unsafe<WorkerResult>(WorkerResultSchema);
/** A {@link BanList}. */
export const banList = Type.Unsafe<BanList>(BanListSchema);
/** A JSON object whose members are described elsewhere. */
export const freeObject = (description: string) =>
  Type.Unsafe<object>(Type.Object({}, { additionalProperties: true, description }));

type Document = RouteDecision | RouteInput | Receipt | Enforcement | RegistryRecord | WorkerResult | BanList;
type ReadonlyWire<T> = T extends Document
  ? T
  : object extends T
    ? T
    : T extends readonly (infer I)[]
      ? readonly ReadonlyWire<I>[]
      : T extends object
        ? { readonly [M in keyof T]: ReadonlyWire<T[M]> }
        : T;

/** The values of a schema, read-only down to the protocol's documents, which keep their own types. */
export type Wire<S extends TSchema> = ReadonlyWire<Static<S>>;
