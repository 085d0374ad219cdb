/**
 * Takes what an operator must know, one sentence at a time. `more` is for programs that read the log: ids, codes and
 * numbers, and nothing that was requested or answered.
 */
export type Logger = (
  level: 'info' | 'warn' | 'error',
  message: string,
  more?: Readonly<Record<string, unknown>>,
) => void;
