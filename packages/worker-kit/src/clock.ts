/** The time that a worker runs by; a test brings its own. Neither function may throw. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Calls `act` once after so many milliseconds, unless the function that it returns is called before. */
  after(milliseconds: number, act: () => void): () => void;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** An instant as the wire writes it. */
export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
