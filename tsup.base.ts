import { defineConfig, type Options } from 'tsup';

/** How every package is built: ESM for Node, source maps, declarations from `tsc --build`. */
export const library = (entry: Record<string, string>, more: Options = {}) =>
  defineConfig({
    entry,
    format: ['esm'],
    platform: 'node',
    target: 'node22',
    sourcemap: true,
    splitting: true,
    dts: false,
    clean: false,
    silent: true,
    ...more,
  });
