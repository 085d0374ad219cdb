import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../../repository/root.ts';
import { type Mutant, shorten } from '../run/mutant.ts';
import type { Place } from '../run/reach.ts';
import type { Source } from '../run/suite.ts';
import type { Interpreter } from './interpreter.ts';

const PROGRAM = fileURLToPath(new URL('./list_mutants.py', import.meta.url));
const MAX_OUTPUT = 256 * 1024 * 1024;
const MESSAGES = 'texts of messages, which are never compared (WCP-11-42)';

/** A statement of a Python source, with the lines that are its own. */
export interface PythonPlace extends Place {
  readonly first: number;
  readonly last: number;
}

/** A mutant as `list_mutants.py` writes it. */
interface ListedMutant
  extends Pick<Mutant, 'line' | 'column' | 'original' | 'operator' | 'start' | 'end' | 'replacement'> {
  readonly before: string;
  /** What it becomes; null for a part that is left out. */
  readonly after: string | null;
  readonly is_message: boolean;
}

/** What `list_mutants.py` writes about a source. */
interface Listed {
  readonly mutants: readonly ListedMutant[];
  readonly places: readonly Pick<PythonPlace, 'start' | 'end' | 'first' | 'last'>[];
}

/** The mutants of Python sources, and the places by which reach is counted. */
export function listMutants(
  { program }: Interpreter,
  sources: readonly Source[],
): { mutants: Mutant[]; places: PythonPlace[] } {
  const paths = sources.map(({ path }) => join(ROOT, path));
  const { status, stdout, stderr } = spawnSync(program, ['-s', '-B', PROGRAM, ...paths], {
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT,
  });
  if (status !== 0) throw new Error(`list_mutants.py failed: ${stderr}`);
  const listed: readonly Listed[] = JSON.parse(stdout);
  return {
    mutants: sources.flatMap((source, index) =>
      (listed[index]?.mutants ?? []).map((each) => mutantOf(source, each)),
    ),
    places: sources.flatMap(({ path }, index) =>
      (listed[index]?.places ?? []).map((place) => ({ ...place, path, unreachable: false })),
    ),
  };
}

function mutantOf({ target, path }: Source, { before, after, is_message, ...mutant }: ListedMutant): Mutant {
  const change = after === null ? `without ${shorten(before)}` : `${shorten(before)} -> ${shorten(after)}`;
  return { target, path, ...mutant, change, excluded: is_message ? MESSAGES : null };
}
