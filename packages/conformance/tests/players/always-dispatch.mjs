import { playDecisions } from './player.mjs';

playDecisions((decision) => ({
  ...decision,
  outcome: 'DISPATCH',
  denied: false,
  deny_code: null,
  deny_reason_if_denied: null,
}));
