/** A worker that does what its request says, for the tests of the ways to a worker. */
import { defineWorker, type RunContext, sealRecord } from '@wcp/worker-kit';
import { z } from 'zod';

type Act = (text: string, context: RunContext) => unknown;

const rest = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const ACTS: Readonly<Record<string, Act>> = {
  echo: (text, { correlation_id, deadline }) => ({ text, correlation_id, deadline }),
  part: (text, { partial }) => partial({ text }),
  deny: (text, { deny }) => deny('TOO_ODD', text),
  throw: (text) => {
    throw new Error(text);
  },
  pid: () => process.pid,
  hang: () => new Promise(() => {}),
  rest: async (text) => {
    await rest(Number(text));
    return { text };
  },
  grow: (text) => 'x'.repeat(Number(text)),
  ask: async (text, { dispatch }) => {
    const { decision, result } = await dispatch({ capability_id: 'cap.doc.hash', request: { text } });
    return { outcome: decision.outcome, code: decision.deny_code, result: result?.result ?? null };
  },
  ask_often: async (text, { dispatch }) => {
    const received = Array.from({ length: Number(text) }, (_, n) =>
      dispatch({ capability_id: 'cap.doc.hash', request: { n } }).then(
        ({ result }) => result?.result,
        (error) => error.code,
      ),
    );
    return Promise.all(received);
  },
  ask_unheard: (text, { dispatch }) =>
    dispatch({ capability_id: text }).then(
      () => 'answered',
      (error) => `${error.code}: ${error.message}`,
    ),
};

export const record = sealRecord({
  worker_id: 'org.test.case-worker.one',
  worker_species_id: 'wrk.doc.summarizer',
  capabilities: ['cap.doc.summarize'],
  risk_tier: 'low',
  allowed_environments: ['dev', 'stage', 'prod'],
});

export const worker = defineWorker({
  record,
  input: z.object({ act: z.string(), text: z.string().default('') }),
  run: ({ act, text }, context) => ACTS[act]?.(text, context) ?? null,
});
