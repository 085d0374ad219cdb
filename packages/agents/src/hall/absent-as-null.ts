import { HallProblemError } from '@wcp/client';

/** The answer of a Hall; null where there is nothing of that name. */
export async function absentAsNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof HallProblemError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}
