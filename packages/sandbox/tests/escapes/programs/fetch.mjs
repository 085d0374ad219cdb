import { attempt, words } from './attempt.mjs';

attempt(async () => (await fetch(words[0])).text());
