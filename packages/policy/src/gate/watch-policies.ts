import { watch } from 'chokidar';
import type { GateOptions } from './gate-options.ts';

/** Watches files and folders of policies. */
export interface PolicyWatch {
  close(): Promise<void>;
}

/** Milliseconds between two checks for a change. Polling works on every file system and survives renames. */
const POLL_MS = 200;
/** Milliseconds to wait, so that files that are saved together or in pieces are read once. */
const SETTLE_MS = 100;

/** Loads policies again once what was changed has come to rest. */
export function watchPolicies(
  paths: readonly string[],
  reload: () => Promise<unknown>,
  log: NonNullable<GateOptions['log']>,
): PolicyWatch {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const wake = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = reload().catch((error) =>
        log('error', `Policies were not loaded: ${(error as Error).message}`),
      );
    }, SETTLE_MS);
  };
  const watcher = watch([...paths], { backend: 'polling', pollingInterval: POLL_MS, ignoreInitial: true });
  watcher.on('all', wake);
  // The watcher does not report what changed before its first check.
  watcher.on('ready', wake);
  watcher.on('error', (error) => log('error', `Policies are no longer watched: ${(error as Error).message}`));
  return {
    async close() {
      await watcher.close();
      clearTimeout(timer);
      await running;
    },
  };
}
