import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ROOT } from '../../repository/root.ts';
import type { Mutant } from '../run/mutant.ts';
import type { Source, Suite, Workspaces } from '../run/suite.ts';
import { findReach } from './find-reach.ts';
import { type Interpreter, requireInterpreter } from './interpreter.ts';
import { listMutants } from './list-mutants.ts';

/** The folder of the port, from the folder of the repository. */
const PORT_FOLDER = 'packages/conformance/ports/python';
const SCHEMAS = 'packages/spec/schemas';
/** The port needs nothing but the standard library, and starts in half the time where nothing else is looked for. */
const FLAGS = ['-s', '-S', '-B'];
/**
 * The order of sets must be the same in every run; compiled files would be told apart by the second alone; and
 * neither a terminal that is not UTF-8 nor one that buffers may matter to a port. What is empty counts as unset.
 */
const ENVIRONMENT = {
  PYTHONHASHSEED: '0',
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONIOENCODING: 'ascii',
  PYTHONUNBUFFERED: '',
  PYTHONUTF8: '0',
  PYTHONPATH: '',
};

/** The port in Python, all of its sources. */
export function openPythonSuite(): Suite {
  const interpreter = requireInterpreter();
  const sources = readSources();
  const listed = listMutants(interpreter, sources);
  return {
    sources,
    runtime: `${interpreter.version} ${JSON.stringify(ENVIRONMENT)}`,
    findMutants: (): Mutant[] => listed.mutants,
    layOut: async (count) => layOut(interpreter, sources, count),
    findReach: (workspaces, cases) => findReach(workspaces, listed.places, cases),
  };
}

function readSources(): Source[] {
  return readdirSync(join(ROOT, PORT_FOLDER))
    .filter((file) => file.endsWith('.py'))
    .sort()
    .map((file) => {
      const path = `${PORT_FOLDER}/${file}`;
      const text = readFileSync(join(ROOT, path), 'utf8');
      return { target: 'python', path, text, code: text };
    });
}

/** The port finds the schemas by the place where it stands, so that is kept. */
function layOut({ program }: Interpreter, sources: readonly Source[], count: number): Workspaces {
  const root = mkdtempSync(join(tmpdir(), 'wcp-mutants-'));
  const folder = (workspace: number) => join(root, String(workspace));
  const portOf = (workspace: number) => join(folder(workspace), PORT_FOLDER);
  for (let workspace = 0; workspace < count; workspace += 1) {
    mkdirSync(portOf(workspace), { recursive: true });
    cpSync(join(ROOT, PORT_FOLDER, 'tables.json'), join(portOf(workspace), 'tables.json'));
    cpSync(join(ROOT, SCHEMAS), join(folder(workspace), SCHEMAS), { recursive: true });
    for (const { path, code } of sources) writeFileSync(join(folder(workspace), path), code);
  }
  return {
    root,
    count,
    folder,
    command: (workspace) => ({
      program,
      args: [...FLAGS, join(portOf(workspace), 'wcp_port.py')],
      env: ENVIRONMENT,
    }),
    write: (workspace, { path }, code) => writeFileSync(join(portOf(workspace), basename(path)), code),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
