import { reasonFor, unusedReasons } from './reasons.mjs';
import { PACKAGES } from './sources.mjs';

const LEAST_SHARE = 0.9;

/** Prints a survivor as soon as it is known; one with a reason where all are listed. */
export function printSurvivor(mutant, { list }) {
  const reason = reasonFor(mutant);
  if (list || reason === null) console.log(lineOf({ ...mutant, reason }));
}

/** Prints what was found, the summary last. Whether all is as it must be. */
export function printResult({ tried, excluded, whole, untrue, failing, cases, seconds }, { stubs }) {
  const survivors = tried.filter(({ caught }) => caught === null);
  const unexplained = survivors.filter(({ reason }) => reason === null);
  if (stubs) console.log(JSON.stringify(unexplained.map(stubOf), null, 2));
  printExcluded(excluded);
  for (const { path, line } of untrue) console.log(`A fixture reaches ${path}:${line}, which is excluded.`);
  for (const { case: id, how } of failing) console.log(`Left out, ${how} without a mutant: ${id}`);
  if (whole)
    for (const each of unusedReasons(tried)) console.log(`Unused reason: ${each.where}: ${each.line}`);
  for (const name of PACKAGES)
    printShare(
      name,
      tried.filter((mutant) => mutant.package === name),
    );
  const share = tried.length === 0 ? 0 : 1 - survivors.length / tried.length;
  const good =
    share >= LEAST_SHARE && unexplained.length === 0 && untrue.length === 0 && failing.length === 0;
  console.log(
    `${good ? 'ok' : 'FAILED'}: ${tried.length - survivors.length} of ${tried.length} mutants caught by ${cases} cases alone (${percent(share)}); ` +
      `${survivors.length} survivors, ${unexplained.length} without a reason; ${excluded.length} excluded; ${Math.round(seconds)} s`,
  );
  return good;
}

function lineOf({ path, line, column, operator, change, reason, asked }) {
  const why = reason ?? (asked === 0 ? 'NO REASON, no case reaches it' : 'NO REASON');
  return `${path}:${line}:${column}  ${operator}: ${change}\n    ${why}`;
}

function stubOf({ path, original, change }) {
  return { where: path, line: original, mutations: [change], reason: '' };
}

function printExcluded(excluded) {
  const counts = new Map();
  for (const { reason, excluded: why } of excluded.map((each) => ({ ...each })))
    counts.set(why ?? reason, (counts.get(why ?? reason) ?? 0) + 1);
  console.log(`\nNot mutated, for no operation of the line protocol shows it (${excluded.length}):`);
  for (const [reason, count] of [...counts].sort((a, b) => b[1] - a[1]))
    console.log(`${String(count).padStart(6)}  ${reason}`);
}

function printShare(name, tried) {
  if (tried.length === 0) return;
  const caught = tried.filter((mutant) => mutant.caught !== null);
  const hangs = caught.filter((mutant) => mutant.caught.how !== 'failed').length;
  console.log(
    `${name}: ${caught.length} of ${tried.length} caught (${percent(caught.length / tried.length)}), ${hangs} of them by a crash, a hang or junk`,
  );
}

function percent(share) {
  return `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`;
}
