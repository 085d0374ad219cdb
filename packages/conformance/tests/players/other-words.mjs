/** Honest: its messages are its own, its members stand in another order, it adds nothing. */
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

play({ run: (request) => send(reword(honest(request))) });
