import type { DatabaseSync } from 'node:sqlite';

/** Does all of something or nothing. `IMMEDIATE` waits for its turn to write before it reads. */
export function inTransaction<T>(db: DatabaseSync, kind: 'DEFERRED' | 'IMMEDIATE', act: () => T): T {
  db.exec(`BEGIN ${kind}`);
  try {
    const answer = act();
    db.exec('COMMIT');
    return answer;
  } catch (error) {
    // SQLite ends some transactions itself, such as those for which there was no space.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
