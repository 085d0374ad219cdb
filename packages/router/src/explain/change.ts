import type { RouteInput } from '@wcp/spec';
import type { Engine } from '../world/world.ts';

/** One change that helps to get a request dispatched. */
export interface Change {
  /**
   * Who can make the change: the tenant, the caller of `decide`, the operator, the worker's authority,
   * the rules' author.
   */
  readonly where: 'input' | 'facts' | 'config' | 'worker' | 'rule';
  /** What is changed: a JSON Pointer into that document; for a worker it begins with the worker_id. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** What a decision is made of, as far as changes touch it. */
export interface Attempt {
  readonly engine: Engine;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly input: RouteInput;
}

/** A change that can be tried. */
export interface CandidateChange extends Change {
  readonly apply: (attempt: Attempt) => Attempt;
}

/** The path of an approval: it is given last, for it names the hold that the other changes lead to. */
export const APPROVAL = '/approval';
