import type { EngineAnswer, PolicyEngine, PolicyFinding, PolicySource } from '../../src/index.ts';

/** What a source gives next: an engine, or findings. */
export type Next = PolicyEngine | readonly PolicyFinding[];

/** A source whose engine is a function of the test. */
export function sourceOf(next: () => Next): PolicySource {
  return {
    kind: 'test',
    watched: [],
    load: async () => {
      const given = next();
      return 'decide' in given ? { ok: true, engine: given } : { ok: false, findings: given };
    },
  };
}

/** An engine that denies the probe of the self-test and answers everything else as the test says. */
export function engineOf(answer: () => unknown, policy_version = 'v1'): PolicyEngine & { closed: number } {
  const engine = {
    policy_version,
    closed: 0,
    decide: ({ capability_id }: { readonly capability_id: string }) =>
      (capability_id === 'cap.wcp.self-test'
        ? { decision: 'DENY', reason: 'probe' }
        : answer()) as EngineAnswer,
    close: () => {
      engine.closed += 1;
    },
  };
  return engine;
}

/** A finding of a test. */
export function finding(code: string): PolicyFinding {
  return { file: 'main.test', line: 3, code, message: 'Broken.', remedy: 'Mend it.' };
}
