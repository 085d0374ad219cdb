import type { EscapeRow } from './escape-row.ts';

const outside = { stopped_by: 'import hook', how: /^The worker loads code from outside/ } as const;
const denied = { stopped_by: 'node', how: /^ERR_ACCESS_DENIED$/ } as const;
const HOOK_IS_ALWAYS_THERE = {
  to: 'anyone',
  why: 'the import hook is there without a sandbox, too',
} as const;
const MADE_UP =
  'Code that a worker makes out of data (`eval`, `data:`, hooks, another interpreter, native code in a folder that it may write to) is not attested; it has the rights of the worker and no more.';
const madeUp = { open: 'a program may compute what it does', says: MADE_UP } as const;

const written: Pick<EscapeRow, 'words' | 'envelope'> = {
  words: ['{writes}'],
  envelope: { network_egress: 'none', filesystem_writes: ['{writes}'] },
};

/** Code that nobody hashed, native code, and programs that the envelope does not name. */
export const CODE: readonly EscapeRow[] = [
  {
    title: 'A module from outside of the package is imported.',
    program: 'import-outside.mjs',
    ...written,
    tries: 'imports a file that it wrote',
    expect: outside,
    unshown: HOOK_IS_ALWAYS_THERE,
  },
  {
    title: 'A module from outside of the package is required.',
    program: 'require-outside.mjs',
    ...written,
    tries: 'requires a file that it wrote',
    expect: outside,
    unshown: HOOK_IS_ALWAYS_THERE,
  },
  {
    title: 'Code is preloaded into a Node of the worker’s own making.',
    program: 'preload.mjs',
    ...written,
    tries: 'becomes Node again, with NODE_OPTIONS',
    node: [],
    expect: denied,
  },
  {
    title: 'Code runs in a thread that no import hook watches.',
    program: 'worker-thread.mjs',
    ...written,
    tries: 'starts a worker thread from a file that it wrote',
    node: [],
    expect: denied,
  },
  {
    title: 'A native add-on is loaded from a write path.',
    program: 'add-on.mjs',
    ...written,
    tries: 'calls process.dlopen',
    node: [],
    expect: { stopped_by: 'node', how: /^ERR_DLOPEN_DISABLED$/ },
  },
  {
    title: 'WASI gives a module the file system.',
    program: 'wasi.mjs',
    tries: 'makes one with the root preopened',
    node: ['--no-warnings'],
    expect: denied,
  },
  {
    title: 'SQLite opens files and loads extensions.',
    program: 'sqlite.mjs',
    tries: 'imports node:sqlite',
    node: ['--no-warnings'],
    expect: { stopped_by: 'node', how: /^ERR_UNKNOWN_BUILTIN_MODULE$/ },
  },
  {
    title: 'A Node program starts another program.',
    program: 'start-program.mjs',
    tries: 'calls execFileSync',
    words: ['/bin/echo', 'it ran'],
    node: [],
    expect: denied,
  },
  {
    title: 'A program starts that the envelope does not name.',
    program: 'start-program.mjs',
    tries: 'starts a shell by its path',
    words: ['/bin/sh', '-c', 'echo it ran'],
    envelope: { network_egress: 'none', tools: ['echo'] },
    expect: { stopped_by: 'view', how: /^ENOENT$/ },
  },
  {
    title: 'A shell of the host takes the place of the worker.',
    program: 'become-program.py',
    tries: 'calls execve',
    expect: { stopped_by: 'view', how: /^ENOENT$/ },
  },
  {
    title: 'A program without a name runs.',
    program: 'nameless-program.py',
    tries: 'calls memfd_create',
    expect: { stopped_by: 'seccomp', how: /^EPERM$/ },
  },
  {
    title: 'Code in a data URL is imported.',
    program: 'import-data.mjs',
    tries: 'imports it',
    node: [],
    expect: madeUp,
  },
  {
    title: 'Code in a text is run.',
    program: 'evaluate.mjs',
    tries: 'calls eval',
    node: [],
    expect: madeUp,
  },
  {
    title: 'A hook of the worker’s own makes up a module of the package.',
    program: 'own-hook.mjs',
    tries: 'registers one',
    node: [],
    expect: madeUp,
  },
  {
    title: 'Native code is loaded from a write path by a program other than Node.',
    program: 'native-code.py',
    ...written,
    tries: 'loads a library that it wrote',
    expect: madeUp,
  },
  {
    title: 'Another Python with another search path takes the place of the worker.',
    program: 'become-interpreter.py',
    ...written,
    tries: 'calls execve with PYTHONPATH',
    expect: madeUp,
  },
  {
    title: 'A program that the worker wrote runs, because it has a tool.',
    program: 'start-written-program.mjs',
    tries: 'writes it to /tmp and starts it',
    words: ['/bin/echo'],
    envelope: { network_egress: 'none', tools: ['/bin/echo'] },
    expect: {
      open: 'write paths are mounted with execution, because bubblewrap cannot mount them without',
      says: 'A worker with a tool can start a program that it wrote itself; its receipts say `partial` for `tools`.',
    },
  },
];
