import { createServer } from 'node:net';
import { tell, words } from './attempt.mjs';

const server = createServer((visitor) => {
  visitor.destroy();
  end(true, 'somebody came');
});
server.on('error', ({ code }) => end(false, code));
server.listen(Number(words[0]), '0.0.0.0');
const timer = setTimeout(() => end(false, 'nobody came'), 400);

function end(escaped, how) {
  clearTimeout(timer);
  server.close();
  tell(escaped, how);
}
