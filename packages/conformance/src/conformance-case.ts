import type { OperationName } from './operations.ts';
import type { Expectation, Given } from './schema/case-groups.ts';
import type { Level } from './schema/common.ts';

/** One case with all that its group says. */
export interface ConformanceCase {
  readonly id: string;
  readonly title: string;
  readonly area: string;
  readonly section: readonly string[];
  /** The statements of the text that it proves. */
  readonly requirements: readonly string[];
  readonly level: Level;
  readonly op: OperationName;
  readonly given: Given;
  readonly input: unknown;
  readonly expect: Expectation;
}

/** The cases of a revision, and which of them each level requires. */
export interface Fixtures {
  readonly revision: string;
  /** Of all cases and of the lists of the levels, whatever their white space. */
  readonly digest: string;
  /** In the order of the files' paths. */
  readonly cases: readonly ConformanceCase[];
  /** Statements of the text that no case can show: id → reason. */
  readonly untested: Readonly<Record<string, string>>;
  /** Every case that a level requires, those of the levels before it included. */
  readonly required: Readonly<Record<Level, readonly string[]>>;
}
