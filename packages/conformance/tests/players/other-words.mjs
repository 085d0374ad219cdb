/** Honest: its messages are its own, its sets stand in another order, it adds nothing. */
import { honest, play, send } from './player.mjs';

const reword = (value) => {
  if (Array.isArray(value)) return value.map(reword);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name,
    name === 'message' ? 'Nein.' : reword(member),
  ]);
  return Object.fromEntries(members.reverse());
};

play({
  run: (request) => {
    const answer = reword(honest(request));
    const reason = answer.result?.deny_reason_if_denied;
    answer.result?.required_controls_effective?.reverse();
    reason?.findings?.reverse();
    reason?.missing?.reverse();
    send(answer);
  },
});
