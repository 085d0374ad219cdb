/**
 * A program that answers as a server of OPA and as a decision point of AuthZEN do, for tests that kill it: everything is
 * allowed but what the self-test asks. It writes its port on standard output.
 */
import { createServer } from 'node:http';

const server = createServer(async (request, response) => {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  const isProbe = text.includes('wcp-self-test');
  const opa = isProbe ? { decision: 'DENY', reason: 'unknown' } : { decision: 'ALLOW', reason: 'known' };
  const answer = request.url?.startsWith('/v1/data/') === true ? { result: opa } : { decision: !isProbe };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answer));
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as { readonly port: number }).port}\n`);
});
