import { once } from 'node:events';
import { connect } from 'node:net';
import { attempt, words } from './attempt.mjs';

attempt(async () => {
  const socket = connect({ host: words[0], port: Number(words[1]) });
  await once(socket, 'connect');
  socket.destroy();
});
