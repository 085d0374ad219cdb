import type { Terminal } from '../base/terminal.ts';
import type { DemoDocument } from './read-document.ts';
import type { WorkerPackage } from './worker-package.ts';

/** Everything that the scenes of the demo share. */
export interface DemoContext {
  readonly terminal: Terminal;
  readonly document: DemoDocument;
  /** The new folder for the evidence. */
  readonly out: string;
  readonly worker: WorkerPackage;
  readonly expectations: Expectations;
}

/** Whether everything that the demo shows really happened: each claim is checked when it is made. */
export class Expectations {
  readonly #failed: string[] = [];
  #checked = 0;

  /** Checks a claim against what was seen. */
  expect(claim: string, holds: boolean): void {
    this.#checked += 1;
    if (!holds) this.#failed.push(claim);
  }

  get checked(): number {
    return this.#checked;
  }

  /** The claims that were not true. */
  get failed(): readonly string[] {
    return this.#failed;
  }
}
