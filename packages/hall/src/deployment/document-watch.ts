import { join } from 'node:path';
import type { Diagnostic } from '@wcp/spec';
import { watch } from 'chokidar';
import type { ApprovalDemand } from '../approval/demand/approval-demand.ts';
import { loggedError } from '../base/logged-error.ts';
import type { Logger } from '../base/logger.ts';
import type { Hall } from '../hall/hall.ts';
import { readDocuments } from './documents.ts';
import { LAYOUT } from './layout.ts';
import { missingRules } from './settings/approvals/check-demands.ts';

/** Watches the documents of a folder. */
export interface DocumentWatch {
  close(): Promise<void>;
}

/** Milliseconds between two checks for a change. Polling works on every file system and survives renames. */
const POLL_MS = 200;
/** Milliseconds to wait, so that files that are saved together or in pieces are read once. */
const SETTLE_MS = 100;

/**
 * Watches `rules.json` and `hall.json`: changes are put in force, or rejected in the log. The two are judged
 * together, so that a sound one never hides a broken one.
 *
 * @param mark that of the documents in force
 * @param demands those on approvals: one that names a rule that is gone is logged
 */
export function watchDocuments(
  hall: Hall,
  dir: string,
  mark: string,
  log: Logger,
  demands: readonly ApprovalDemand[] = [],
): DocumentWatch {
  const reloader = new Reloader(hall, dir, mark, log, demands);
  const files = [LAYOUT.rules, LAYOUT.config].map((name) => join(dir, name));
  const watcher = watch(files, { backend: 'polling', pollingInterval: POLL_MS, ignoreInitial: true });
  watcher.on('all', () => reloader.wake());
  // The watcher does not report what changed before its first check.
  watcher.on('ready', () => reloader.wake());
  watcher.on('error', (error) => log('error', `Documents are no longer watched: ${loggedError(error)}`));
  return {
    async close() {
      await watcher.close();
      await reloader.close();
    },
  };
}

class Reloader {
  readonly #hall: Hall;
  readonly #dir: string;
  readonly #log: Logger;
  readonly #demands: readonly ApprovalDemand[];
  #mark: string;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(hall: Hall, dir: string, mark: string, log: Logger, demands: readonly ApprovalDemand[]) {
    this.#hall = hall;
    this.#dir = dir;
    this.#mark = mark;
    this.#log = log;
    this.#demands = demands;
  }

  wake(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#running = this.#running.then(() => this.#reload());
    }, SETTLE_MS);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #reload(): Promise<void> {
    const { mark, ...documents } = await readDocuments(this.#dir, false);
    if (mark === this.#mark) return;
    try {
      const { isAccepted, isChanged, diagnostics } = await this.#hall.reload(documents);
      this.#mark = mark;
      if (isAccepted)
        for (const { message } of missingRules(this.#demands, documents)) this.#log('error', message);
      if (!isAccepted) logRejected(this.#log, diagnostics, 'The last good documents stay in force.');
      else
        this.#log(
          'info',
          isChanged
            ? 'New documents are in force.'
            : 'The documents have changed without changing what they mean.',
        );
    } catch (error) {
      this.#log('error', `New documents could not be put in force: ${loggedError(error)}`);
    }
  }
}

/** Logs what is wrong with documents that are not in force, one line each. */
export function logRejected(log: Logger, diagnostics: readonly Diagnostic[], consequence: string): void {
  const errors = diagnostics.filter(({ level }) => level === 'error');
  for (const { code, path, message } of errors) log('error', `${code} ${path}: ${message}`);
  log('error', `The rules or the configuration are broken. ${consequence}`);
}
