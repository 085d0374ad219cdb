import type { Mutant } from './mutant.ts';
import type { Reach } from './reach.ts';
import type { Command, PreparedCase } from './run-cases.ts';

/** A source of a target. `code` is what a port runs of it. */
export interface Source {
  readonly target: string;
  /** From the folder of the repository. */
  readonly path: string;
  readonly text: string;
  readonly code: string;
}

/** The temporary folders that ports run in: one a workspace, each with its own copy of the sources. */
export interface Workspaces {
  readonly root: string;
  readonly count: number;
  /** The folder of a workspace. */
  folder(workspace: number): string;
  /** What starts the port of a workspace. */
  command(workspace: number): Command;
  /** Writes the code of a source in a workspace. */
  write(workspace: number, source: Source, code: string): void;
  /** Removes all folders. */
  remove(): void;
}

/** Targets that run in the same port, and how they are mutated and run. */
export interface Suite {
  readonly sources: readonly Source[];
  /** What runs the port, with its version: results of another one are not taken over. */
  readonly runtime: string;
  /** The mutants of every source in the order of their places; those that no operation reaches say why. */
  findMutants(): Mutant[];
  layOut(count: number): Promise<Workspaces>;
  /** Runs every case once without a mutant and notes what it reaches. */
  findReach(workspaces: Workspaces, cases: readonly PreparedCase[]): Promise<Reach>;
}
