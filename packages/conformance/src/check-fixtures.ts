import type { ConformanceCase } from './conformance-case.ts';
import { misuse } from './misuse.ts';
import { OPERATIONS } from './operations.ts';
import { LEVELS } from './schema/common.ts';
import type { Requirements } from './schema/requirements.ts';

/** Checks what no schema can: unique ids, possible expectations, and lists that fit the cases. */
export function checkFixtures(cases: readonly ConformanceCase[], { levels }: Requirements): void {
  const byId = new Map<string, ConformanceCase>();
  for (const item of cases) {
    if (byId.has(item.id)) throw misuse(`The case id ${item.id} occurs twice.`);
    byId.set(item.id, item);
    checkExpectation(item);
  }
  const listed = new Set<string>();
  for (const level of LEVELS) {
    for (const id of levels[level]) {
      const found = byId.get(id);
      if (found === undefined) throw misuse(`The level ${level} requires ${id}, which is no case.`);
      if (found.level !== level)
        throw misuse(`The case ${id} is of level ${found.level} and listed under ${level}.`);
      if (listed.has(id)) throw misuse(`The case ${id} is listed twice.`);
      listed.add(id);
    }
  }
}

function checkExpectation({ id, op, expect }: ConformanceCase): void {
  if ('error' in expect && !OPERATIONS[op].errors.includes(expect.error)) {
    throw misuse(`The case ${id} expects ${expect.error}, which ${op} never answers.`);
  }
  if ('result' in expect && Object.keys(expect.result).every((name) => name === 'message')) {
    throw misuse(`The case ${id} expects nothing, so that any result would pass.`);
  }
}
