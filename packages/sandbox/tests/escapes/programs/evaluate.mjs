import { attempt } from './attempt.mjs';

// biome-ignore lint/security/noGlobalEval: that is what the program tries.
const evaluate = globalThis.eval;
attempt(() => evaluate('"it ran"'));
