import { honest, play, send } from './player.mjs';

const without = (rule) => ({ ...rule, decision: { ...rule.decision, required_controls_suggested: [] } });

play({
  run: (request) => {
    const rules = request.given.rules?.map(without);
    send(honest({ ...request, given: { ...request.given, rules } }));
  },
});
