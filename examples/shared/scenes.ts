import { isDeepStrictEqual } from 'node:util';

/** A scene: what is shown, and what must come of it. */
export type Scene = readonly [name: string, play: () => Promise<unknown>, expected: unknown];

/** Plays scenes one after the other, prints what happened, and exits with 1 where it differs. */
export async function playScenes(framework: string, scenes: readonly Scene[], close: () => Promise<void>) {
  let differs = 0;
  for (const [name, play, expected] of scenes) {
    const happened = await play().catch((error: unknown) => String(error));
    const holds = isDeepStrictEqual(happened, expected);
    if (!holds) differs += 1;
    console.log(`${holds ? 'ok    ' : 'DIFFERS'} ${framework} ${name}: ${JSON.stringify(happened)}`);
    if (!holds) console.log(`        expected: ${JSON.stringify(expected)}`);
  }
  await close();
  process.exit(differs === 0 ? 0 : 1);
}

/** The names in the warnings of ungoverned tools that come of something. */
export async function warnedOf(play: () => Promise<unknown>): Promise<string[]> {
  const names: string[] = [];
  const note = ({ code, message }: Error & { code?: string }) => {
    if (code === 'WCP_UNGOVERNED_TOOL') names.push(/"(.*?)"/.exec(message)?.[1] ?? message);
  };
  process.on('warning', note);
  await play();
  // A warning comes with the next turn of the loop.
  await new Promise((resolve) => setTimeout(resolve, 0));
  process.off('warning', note);
  return names;
}

/** Waits until something is so. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}
