/** The clock of a worker; a test can bring its own. Neither function may throw. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Calls `act` once after that many milliseconds, unless the function that it returns is called first. */
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

/** A time as the wire writes it: RFC 3339 in UTC. */
export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
