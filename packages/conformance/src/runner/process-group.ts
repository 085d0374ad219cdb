const live = new Set<number>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Registers a process that leads its own group: a terminal's Ctrl-C does not reach it, so it is killed when
 * this program ends.
 */
export function registerGroup(pid: number): void {
  if (live.size === 0) listen();
  live.add(pid);
}

/** Kills the process and whatever it started; does nothing where they are gone. */
export function killGroup(pid: number): void {
  if (!live.delete(pid)) return;
  if (live.size === 0) unlisten();
  kill(pid);
}

function kill(pid: number): void {
  for (const target of process.platform === 'win32' ? [pid] : [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
      return;
    } catch {
      // It has ended already.
    }
  }
}

function listen(): void {
  process.on('exit', killAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function unlisten(): void {
  process.off('exit', killAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

/** Dies as it would have without this listener, unless another listener handles the signal. */
function onSignal(signal: NodeJS.Signals): void {
  killAll();
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function killAll(): void {
  for (const pid of [...live]) killGroup(pid);
  unlisten();
}
