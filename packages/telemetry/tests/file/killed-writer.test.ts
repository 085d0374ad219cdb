import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openLineFile, readLines } from '../../src/index.ts';
import { freshFile } from '../samples.ts';

const writer = fileURLToPath(new URL('./killed-writer.ts', import.meta.url));

/** Lets a process append for a while, kills it, and returns the numbers that it acknowledged. */
async function appendAndKill(path: string, from: number, milliseconds: number): Promise<number[]> {
  const child = spawn(process.execPath, [writer, path, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), milliseconds);
    output += chunk;
  });
  await new Promise((resolve) => child.on('close', resolve));
  return output
    .slice(0, output.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

test('A killed writer loses no line that it acknowledged.', async () => {
  const path = freshFile();
  const acknowledged: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    acknowledged.push(...(await appendAndKill(path, round * 1_000_000, 20 + round * 15)));
    // Whatever the kill left, the next writer repairs it before it continues.
    await (await openLineFile(path)).close();
  }
  const { values, torn } = await readLines(path);
  const kept = new Set((values as { n: number }[]).map(({ n }) => n));
  expect(torn).toBeNull();
  expect(acknowledged.length).toBeGreaterThan(10);
  expect(acknowledged.filter((n) => !kept.has(n))).toEqual([]);
});
