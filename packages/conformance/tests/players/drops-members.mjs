/** Leaves members out that are null, where the schema wants null. */
import { playDecisions } from './player.mjs';

playDecisions((decision) =>
  Object.fromEntries(Object.entries(decision).filter(([, value]) => value !== null)),
);
