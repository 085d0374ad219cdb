/** Runs every mutant as a port and lets the fixtures catch it. */
import { ask } from './ask.mjs';
import { placeAround } from './reach.mjs';

const PROGRESS_MS = 15_000;

/**
 * What became of each mutant, in their order: `caught` is `{ case, how }`, or null for a survivor, which
 * `survived` hears of at once.
 */
export async function tryMutants({ lanes, count, sources, mutants, questions, reach, survived }) {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const results = new Array(mutants.length);
  const killers = new Map();
  let next = 0;
  let done = 0;
  const progress = setInterval(
    () => console.error(`${done} of ${mutants.length} mutants, ${survivorsOf(results)} survivors so far`),
    PROGRESS_MS,
  );
  const work = async (lane) => {
    for (let index = next++; index < mutants.length; index = next++) {
      const mutant = mutants[index];
      const asked = questionsFor(mutant, questions, reach, killers);
      const caught =
        asked.length === 0 ? null : await tryOne(lanes, lane, byPath.get(mutant.path), mutant, asked);
      if (caught?.case) remember(killers, mutant, caught.case);
      results[index] = { ...mutant, caught, asked: asked.length };
      if (caught === null) survived(results[index]);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: count }, (_, lane) => work(lane)));
  clearInterval(progress);
  return results;
}

async function tryOne(lanes, lane, source, { start, end, replacement }, asked) {
  lanes.write(lane, source, source.code.slice(0, start) + replacement + source.code.slice(end));
  try {
    return (await ask(lanes.port(lane), asked))[0] ?? null;
  } finally {
    lanes.write(lane, source, source.code);
  }
}

/** Those that reach the place, and first of them what caught its neighbours, then one of each group. */
function questionsFor(mutant, questions, reach, killers) {
  const { places, reachedBy, failing } = reach;
  const place = placeAround(reach, mutant);
  const bad = new Set(failing.map((each) => each.case));
  const usable = questions.filter(({ item }) => !bad.has(item.id));
  const asked =
    place === -1
      ? nearFirst(usable, mutant.path, places, reachedBy)
      : usable.filter(({ number }) => reachedBy[number].has(place));
  const known = killers.get(mutant.path) ?? [];
  return spread(asked, (question) => known.indexOf(question.item.id));
}

/** Code that runs while its module is loaded may show anywhere; most likely in what reaches its file. */
function nearFirst(questions, path, places, reachedBy) {
  const isNear = ({ number }) => [...reachedBy[number]].some((place) => places[place].path === path);
  const near = questions.filter(isNear);
  return [...near, ...questions.filter((question) => !near.includes(question))];
}

/** Known killers first; the others so that every group has its turn early. */
function spread(questions, known) {
  const turns = new Map();
  const ranked = questions.map((question) => {
    const group = question.item.id.slice(0, question.item.id.lastIndexOf('/'));
    const turn = turns.get(group) ?? 0;
    turns.set(group, turn + 1);
    const at = known(question);
    return { question, rank: at === -1 ? turn : at / 1_000 - 1 };
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ question }) => question);
}

const MAX_KILLERS = 40;

function remember(killers, { path }, id) {
  const known = (killers.get(path) ?? []).filter((other) => other !== id);
  killers.set(path, [id, ...known].slice(0, MAX_KILLERS));
}

function survivorsOf(results) {
  return results.filter((result) => result?.caught === null).length;
}
