import { playDecisions } from './player.mjs';

playDecisions((decision) => ({
  ...decision,
  outcome: 'DENY',
  denied: true,
  worker_id: null,
  selected_worker_species_id: null,
  deny_code: decision.deny_code ?? 'DENY_NO_MATCHING_RULE',
}));
