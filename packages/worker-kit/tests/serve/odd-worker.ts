/** A served worker that does what its request says, for the tests of the run modes. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { defineWorker, serveWorker } from '../../src/index.ts';
import { record } from '../record.ts';

const acts: Record<string, (text: string) => unknown> = {
  echo: (text) => ({ text }),
  log: (text) => {
    console.log(text);
    console.info(text);
    process.stdout.write(`${text}\n`);
    return { text };
  },
  throw: (text) => {
    throw new Error(text);
  },
  never: () => new Promise(() => {}),
  linger: (text) => {
    setInterval(() => {}, 1000);
    return { text };
  },
  stray: async (text) => {
    setTimeout(() => {
      throw new Error('stray');
    }, 1);
    Promise.reject(new Error('stray rejection'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    return { text };
  },
  slow: async (text) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { text };
  },
};

/** Written by hand: this program is started many times, and a library takes longest to load. */
const input: StandardSchemaV1<unknown, { readonly act: string; readonly text: string }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      const { act, text = '' } = Object(value) as Record<string, unknown>;
      if (typeof act === 'string' && typeof text === 'string') return { value: { act, text } };
      return { issues: [{ message: 'Expected the texts "act" and "text".' }] };
    },
  },
};

const worker = defineWorker({
  record,
  input,
  run: async ({ act, text }, { partial, deny, dispatch, signal }) => {
    if (act === 'partial') return partial({ text });
    if (act === 'deny') return deny('TOO_ODD', text);
    if (act === 'until_cancelled') {
      console.error('it runs');
      signal.addEventListener('abort', () => console.error('it was cancelled'));
      return new Promise(() => {});
    }
    if (act === 'dispatch') {
      const ask = (capability_id: string) =>
        dispatch({ capability_id }).then(
          ({ decision, result }) => [decision.outcome, result?.result ?? null],
          (error) => `${error.code} ${error.message}`,
        );
      return Promise.all(text.split(' ').map(ask));
    }
    return acts[act]?.(text) ?? null;
  },
});

await serveWorker(worker);
