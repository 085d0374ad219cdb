import { tell } from './attempt.mjs';

tell('WCP_TARGET' in process.env, String(process.env.WCP_TARGET));
