import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { TARGETS } from './suites.ts';

/** What a run is asked to do. */
export interface MutantOptions {
  readonly targets: readonly string[];
  readonly only: string;
  /** How many mutants of each target; undefined for all. */
  readonly sample: number | undefined;
  readonly seed: string;
  readonly again: string | undefined;
  readonly resume: string | undefined;
  readonly list: boolean;
  readonly stubs: boolean;
  readonly json: string | undefined;
  readonly fixtures: string | undefined;
  readonly lanes: number;
}

/** The options of a command line; throws where one is unknown or makes no sense. */
export function readOptions(args: readonly string[]): MutantOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: 'string' },
      only: { type: 'string', default: '' },
      sample: { type: 'string' },
      seed: { type: 'string', default: '1' },
      again: { type: 'string' },
      resume: { type: 'string' },
      list: { type: 'boolean', default: false },
      stubs: { type: 'boolean', default: false },
      json: { type: 'string' },
      fixtures: { type: 'string' },
      lanes: { type: 'string', default: String(Math.min(4, availableParallelism())) },
    },
  });
  const { target, sample, lanes, ...others } = values;
  return {
    again: undefined,
    resume: undefined,
    json: undefined,
    fixtures: undefined,
    ...others,
    targets: readTargets(target),
    sample: sample === undefined ? undefined : readCount('sample', sample),
    lanes: readCount('lanes', lanes),
  };
}

function readTargets(target: string | undefined): readonly string[] {
  if (target === undefined) return TARGETS;
  if (!TARGETS.includes(target))
    throw new Error(`--target is one of ${TARGETS.join(', ')}, not "${target}".`);
  return [target];
}

function readCount(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new Error(`--${name} is a whole number from 1, not "${text}".`);
  return count;
}
