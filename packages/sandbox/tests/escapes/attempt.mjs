/** Tries a thing and tells what came of it. */
export async function attempt(run) {
  try {
    const value = await run();
    tell(true, String(value ?? 'done').slice(0, 100));
  } catch (error) {
    tell(false, error.code ?? error.message);
  }
}

/** Tells whether something got out, and what it got. */
export function tell(escaped, how) {
  console.log(JSON.stringify({ escaped, how }));
}
