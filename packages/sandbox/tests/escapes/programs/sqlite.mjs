import { attempt } from './attempt.mjs';

attempt(async () => {
  const { DatabaseSync } = await import('node:sqlite');
  new DatabaseSync(':memory:').close();
});
