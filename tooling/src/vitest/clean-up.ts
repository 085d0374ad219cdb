type CleanUp = () => unknown;

const pending: CleanUp[] = [];

/**
 * Has something done after the last test of the file that is running. Files share a process, and with it the modules
 * of their support: an `afterAll` in one of those would hold for the first file alone.
 */
export function afterFile(cleanUp: CleanUp): void {
  pending.push(cleanUp);
}

/** Does what is to be done after a file, the latest first; what fails stops nothing else, and fails the file. */
export async function cleanUp(): Promise<void> {
  const errors: unknown[] = [];
  for (const each of pending.splice(0).reverse()) {
    try {
      await each();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0)
    throw new AggregateError(errors, 'What a file of tests left could not be cleaned up.');
}
