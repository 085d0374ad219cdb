import { registerHooks } from 'node:module';
import { attempt } from './attempt.mjs';

attempt(async () => {
  const name = 'made-up';
  const url = `file://${process.cwd()}/made-up.mjs`;
  registerHooks({
    resolve: (name, context, next) =>
      name === 'made-up' ? { url, shortCircuit: true } : next(name, context),
    load: (place, context, next) =>
      place === url
        ? { format: 'module', source: 'export default "it ran";', shortCircuit: true }
        : next(place, context),
  });
  return (await import(name)).default;
});
