import { attempt } from './attempt.mjs';

attempt(async () => {
  const { WASI } = await import('node:wasi');
  new WASI({ version: 'preview1', preopens: { '/': '/' } });
});
