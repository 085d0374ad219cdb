/**
 * A bundle of ES modules has no `require`, but undici, which is CommonJS, loads Node's own modules with it.
 * Bundlers fall back on a global `require`, so the program imports this file first. It loads nothing but
 * Node's own modules: only what is bundled runs, whatever packages are installed nearby.
 */
(globalThis as { require?: unknown }).require ??= (name: string): object => {
  const found = process.getBuiltinModule(name);
  if (found === undefined) throw new Error(`Node has no module "${name}".`);
  return found;
};
