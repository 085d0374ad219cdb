import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { misuse } from '../../base/errors.ts';
import { programOutput } from '../../base/program-output.ts';
import { librariesOf, needsOf } from '../program/libraries.ts';
import { programEntries } from '../program/program-entries.ts';
import type { ViewEntry } from '../view-entry.ts';
import type { Runtime } from './runtime.ts';

/** What a Python says of itself. */
interface PythonPlaces {
  /** The program: not the link of a virtual environment, nor the script of a version manager. */
  readonly program: string;
  /** The folders of the standard library. */
  readonly library: readonly string[];
}

/** -I: nothing of the environment or of the current folder takes part. */
const ASK = `
import json, os, sys, sysconfig
paths = sysconfig.get_paths(vars={'base': sys.base_prefix, 'platbase': sys.base_exec_prefix, 'installed_base': sys.base_prefix})
library = sorted({os.path.realpath(paths[name]) for name in ('stdlib', 'platstdlib')})
print(json.dumps({'program': os.path.realpath(getattr(sys, '_base_executable', None) or sys.executable), 'library': library}))
`;
/** Folders beside the standard library where packages are installed: nobody attested those. */
const INSTALLED = ['site-packages', 'dist-packages'];
const EMPTY_BYTES = 4096;

const asked = new Map<string, Promise<PythonPlaces>>();

/** Python 3 as a runtime: the program, its standard library, and the libraries that its modules need. */
export async function pythonRuntime(found: string): Promise<Runtime> {
  const known = asked.get(found) ?? askPlaces(found);
  asked.set(found, known);
  const { program, library } = await known;
  const entries = [...programEntries(program, program), ...library.flatMap(libraryEntries)];
  return { kind: 'python', program, entries, options: new Set() };
}

async function askPlaces(found: string): Promise<PythonPlaces> {
  const said = await programOutput([found, '-I', '-c', ASK], { env: askEnvironment() });
  const places = JSON.parse(said.toString()) as PythonPlaces;
  if (places.library.some((folder) => folder.split('/').length < 3)) {
    throw misuse(`The standard library of ${found} is a whole file system. Name another Python.`);
  }
  return places;
}

/** A version manager's script finds its Python by these. */
function askEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '/' } = process.env;
  return { PATH, HOME };
}

function libraryEntries(folder: string): ViewEntry[] {
  const modules = join(folder, 'lib-dynload');
  const native = existsSync(modules) ? readdirSync(modules).map((name) => join(modules, name)) : [];
  const programs = native.flatMap((place) => {
    const needs = needsOf(place);
    return needs === null ? [] : [{ needs, place }];
  });
  const installed = INSTALLED.map((name) => join(folder, name)).filter(existsSync);
  return [
    ...librariesOf(programs).map(
      (file): ViewEntry => ({ kind: 'bind', from: file, to: file, access: 'read' }),
    ),
    { kind: 'bind', from: folder, to: folder, access: 'read' },
    ...installed.flatMap((to): ViewEntry[] => [
      { kind: 'tmpfs', to, bytes: EMPTY_BYTES },
      { kind: 'read_only', to },
    ]),
  ];
}
