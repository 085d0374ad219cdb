import { attempt } from './attempt.mjs';

const evaluate = globalThis.eval;
attempt(() => evaluate('"it ran"'));
