import { basename } from 'node:path';

/** What decides how a contained Node is started. */
export interface NodeArgumentsInput {
  /** The options that this Node knows. */
  readonly options: ReadonlySet<string>;
  /** The words of the command behind Node itself. */
  readonly words: readonly string[];
  /** Folders that it may write to. */
  readonly writable: readonly string[];
  readonly mayStartProcesses: boolean;
  /** Arguments that come before all others that load code. */
  readonly preload?: readonly string[];
}

/** Whether a program is Node, by its name. */
export function isNode(program: string): boolean {
  return /^node(js)?$/.test(basename(program));
}

/** Options whose value may be the next word. */
const WITH_VALUE =
  /^(-r|--require|--import|--loader|--experimental-loader|-C|--conditions|-e|--eval|-p|--print)$/;

/** The option as it is called from Node 22.13 on, and before. */
const PERMISSION = ['--permission', '--experimental-permission'];

/**
 * A second fence inside of the first: what a Node program does not ask for by an option of its command, it does not
 * get. `node --experimental-sqlite worker.js` asks for SQLite, `node --allow-addons worker.js` for native code,
 * `--allow-worker`, `--allow-wasi` and `--allow-child-process` for what they say, `--no-permission` for everything.
 */
export function nodeArguments(input: NodeArgumentsInput): string[] {
  const { options, words, writable, mayStartProcesses, preload = [] } = input;
  const named = new Set(namedOptions(words));
  const isKnown = (option: string) => options.has(option) && !named.has(option.replace(/^--no-/, '--'));
  const permission = PERMISSION.find(isKnown);
  return [
    ...(isKnown('--disable-sigusr1') ? ['--disable-sigusr1'] : []),
    ...(isKnown('--no-experimental-sqlite') ? ['--no-experimental-sqlite'] : []),
    ...(permission !== undefined && !named.has('--no-permission')
      ? [
          permission,
          // What it may read is what is there.
          '--allow-fs-read=*',
          ...writable.map((folder) => `--allow-fs-write=${folder}`),
          // The envelope allows it, so there is nothing to warn of.
          ...(mayStartProcesses ? ['--allow-child-process', '--disable-warning=PERM0006'] : []),
          // The network that is there is what the envelope allows.
          ...(isKnown('--allow-net') ? ['--allow-net'] : []),
        ]
      : []),
    ...preload,
    ...CONFINEMENT,
  ];
}

/** The options of a Node command, up to its program. */
function namedOptions(words: readonly string[]): string[] {
  const named: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!word.startsWith('-') || word === '-' || word === '--') break;
    named.push(word.replace(/=.*/s, ''));
    if (WITH_VALUE.test(word)) index += 1;
  }
  return named;
}

/** Code that Node loads before the program's own. A Node without the hook loads as before. */
const HOOKS = `
import * as loader from 'node:module';
import { pathToFileURL } from 'node:url';
const root = pathToFileURL(process.cwd() + '/').href;
loader.registerHooks?.({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (!found.url.startsWith('file:') || found.url.startsWith(root)) return found;
    throw new Error('The worker loads code from outside of its package: ' + specifier);
  },
});`;

/**
 * Arguments with which Node loads modules only from the folder it is started in: in a sandbox, a file in a write path
 * could be imported otherwise; outside, it would look for a missing module in the folders above.
 */
export const CONFINEMENT: readonly string[] = [
  '--import',
  `data:text/javascript,${encodeURIComponent(HOOKS)}`,
];
