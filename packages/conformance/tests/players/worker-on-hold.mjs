import { playDecisions } from './player.mjs';

playDecisions((decision) =>
  decision.outcome === 'STEWARD_HOLD'
    ? { ...decision, worker_id: 'org.acme.doc-summarizer.prod-01' }
    : decision,
);
