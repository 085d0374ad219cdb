import { closeSync, openSync } from 'node:fs';
import { inheritedDescriptors } from './inherited-descriptors.ts';

/** The descriptors of a program to be started. */
export interface ChildStdio {
  readonly stdio: readonly ('pipe' | 'ignore' | number)[];
  /** Closes what the program has a copy of, once it is started. */
  close(): void;
}

/**
 * The standard streams of a program to be started, and nothing beside them: Node lets a program have what this process
 * itself inherited, such as the log or the lock of whoever started it.
 *
 * @example
 * import { spawn } from 'node:child_process';
 * import { childStdio } from '@wcp/sandbox';
 *
 * const { stdio, close } = childStdio(['ignore', 'pipe', 'pipe']);
 * const child = spawn('git', ['--version'], { stdio: [...stdio] });
 * close();
 * child.stdout?.pipe(process.stdout);
 */
export function childStdio(streams: ChildStdio['stdio'] = ['pipe', 'pipe', 'pipe']): ChildStdio {
  const stdio = [...streams];
  const opened: number[] = [];
  for (const fd of inheritedDescriptors()) {
    if (fd < stdio.length && stdio[fd] !== 'ignore') continue;
    while (stdio.length <= fd) stdio.push('ignore');
    const nothing = openSync('/dev/null', 'r');
    opened.push(nothing);
    stdio[fd] = nothing;
  }
  const close = () => {
    for (const fd of opened.splice(0)) closeSync(fd);
  };
  return { stdio, close };
}
