import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ErasureRequest, ErasureResult } from '@wcp/spec/hall';
import { CliError } from '../base/cli-error.ts';
import { fileProblem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { problemsOfFolder } from './folder-findings.ts';

/** An empty folder would become a new Hall. */
const STORE = 'store.db';

/**
 * Forgets payloads in the folder of a Hall that does not run.
 *
 * @throws {CliError} where the folder holds no Hall, or one that cannot be opened, or that refuses
 */
export async function forgetInFolder(
  terminal: Terminal,
  dir: string,
  request: ErasureRequest,
): Promise<ErasureResult> {
  const { DeploymentError, openDeployment, ProblemError } = await import('@wcp/hall');
  if (!existsSync(join(dir, STORE))) {
    throw new CliError([
      fileProblem(
        dir,
        'ABSENT',
        'There is no store.db in this folder. Give the folder of a Hall, or ask one that runs with --url.',
      ),
    ]);
  }
  try {
    const deployment = await openDeployment(dir, { env: terminal.env, listens: false, keys: 'none' });
    try {
      return await deployment.hall.forget(request);
    } finally {
      await deployment.close();
    }
  } catch (error) {
    if (error instanceof DeploymentError)
      throw new CliError(await problemsOfFolder(terminal, dir, error.findings));
    if (error instanceof ProblemError) throw new CliError([fileProblem(dir, error.code, error.message)]);
    throw error;
  }
}
