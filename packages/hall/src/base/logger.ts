/** Takes what an operator must know, one sentence at a time. */
export type Logger = (level: 'info' | 'warn' | 'error', message: string) => void;
