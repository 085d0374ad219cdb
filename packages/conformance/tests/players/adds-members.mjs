/** Adds a member that the closed schema of the RouteDecision does not have. */
import { playDecisions } from './player.mjs';

playDecisions((decision) => ({ ...decision, debug: true }));
