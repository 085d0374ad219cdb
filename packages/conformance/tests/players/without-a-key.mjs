/** Honest where it has no key of a Hall in its environment. */
import { play } from './player.mjs';

if (process.env.WCP_HALL_KEY === undefined) play({});
