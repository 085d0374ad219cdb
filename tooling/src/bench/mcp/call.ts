/** Whatever a tool is called through. */
export interface Caller {
  request(method: string, params: object): Promise<unknown>;
}

/** Reads the file of the bench. */
export async function readFile(caller: Caller, path: string): Promise<void> {
  const result = await caller.request('tools/call', { name: 'read_text_file', arguments: { path } });
  const { content, isError } = result as { content: readonly { text?: string }[]; isError?: boolean };
  if (isError !== true && content[0]?.text === 'hello') return;
  throw new Error(`A call of the bench failed: ${JSON.stringify(result)}`);
}

/** Reads it many times; calls a second. */
export async function callMany(
  caller: Caller,
  path: string,
  count: number,
  atATime: number,
): Promise<number> {
  let left = count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await readFile(caller, path);
    }
  };
  const [ms] = await timed(() => Promise.all(Array.from({ length: atATime }, lane)));
  return (count * 1_000) / ms;
}

/** How long something takes, in milliseconds, and what comes of it. */
export async function timed<R>(work: () => Promise<R>): Promise<[ms: number, result: R]> {
  const began = performance.now();
  const result = await work();
  return [performance.now() - began, result];
}
