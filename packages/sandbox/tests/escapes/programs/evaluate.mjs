import { attempt } from './attempt.mjs';

// biome-ignore lint/security/noGlobalEval: that is what the program tries.
attempt(() => (0, eval)('"it ran"'));
