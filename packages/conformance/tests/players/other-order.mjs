/** Cheats in the order of its lists: findings, missing and controls are the right ones, in the wrong order. */
import { honest, play, send } from './player.mjs';

play({
  run: (request) => {
    const answer = honest(request);
    const reason = answer.result?.deny_reason_if_denied;
    answer.result?.required_controls_effective?.reverse();
    reason?.findings?.reverse();
    reason?.missing?.reverse();
    send(answer);
  },
});
