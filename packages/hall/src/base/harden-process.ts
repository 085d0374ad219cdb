import { programOutput } from '@wcp/sandbox';

/**
 * Makes this process less of a target, as the program that holds the keys of a Hall should be: a signal does not open
 * the debugger of Node, and no core dump with the keys in it is written (on Linux, where prlimit is installed). What
 * cannot be had is left as it is. Never rejects.
 *
 * @example
 * import { hardenProcess, openDeployment } from '@wcp/hall';
 *
 * await hardenProcess();
 * const { close } = await openDeployment('my-hall');
 * await close();
 */
export async function hardenProcess(): Promise<void> {
  if (!process.listeners('SIGUSR1').includes(ignore)) process.on('SIGUSR1', ignore);
  if (process.platform !== 'linux') return;
  // One byte: 0 is ignored where cores go to a program, and no core is that short.
  const words = ['prlimit', `--pid=${process.pid}`, '--core=1:1'];
  await programOutput(words, { env: { PATH: process.env['PATH'] ?? '' } }).catch(() => {});
}

function ignore(): void {}
