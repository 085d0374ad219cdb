/**
 * A bundle of ES modules has no `require`, and undici, which is CommonJS, asks for Node's own modules
 * with it. Bundlers fall back on a global one, so a program imports this file first. It gives nothing but
 * Node's own modules: what is bundled is all that runs, whatever packages lie about.
 */
(globalThis as { require?: unknown }).require ??= (name: string): object => {
  const found = process.getBuiltinModule(name);
  if (found === undefined) throw new Error(`There is no "${name}" in Node.`);
  return found;
};
