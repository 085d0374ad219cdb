import { spawnSync } from 'node:child_process';

/** The Python that runs the port. */
export interface Interpreter {
  /** Its own path: what stands in PATH may be a script that looks for it at every start. */
  readonly program: string;
  readonly version: string;
}

const QUESTION = 'import sys; print(sys.executable); print(sys.version.split()[0])';
const MIN_MINOR = 11;

/** The Python of this machine; throws where there is none that the port runs in. */
export function requireInterpreter(command = 'python3'): Interpreter {
  const { status, stdout } = spawnSync(command, ['-c', QUESTION], { encoding: 'utf8' });
  const [program = '', version = ''] = status === 0 ? stdout.trim().split(/\r?\n/) : [];
  const [major, minor] = version.split('.').map(Number);
  if (program === '' || major !== 3 || minor === undefined || minor < MIN_MINOR)
    throw new Error(
      `The port in Python needs Python 3.${MIN_MINOR} or newer as ${command}. ` +
        'Install it, or leave the port out with --target router or --target evidence.',
    );
  return { program, version: `python ${version}` };
}
