import { serveStdioFace } from '../../src/face/stdio/stdio-face.ts';
import { ACME, FakeGateway, FakeHall } from './fake-gateway.ts';

// A gateway as a client starts it: its held calls are approved after a moment, unless the environment says otherwise.
const hall = new FakeHall();
const steward = process.env['STEWARD'] as 'approved' | 'denied' | undefined;
if (steward !== undefined) setTimeout(() => void hall.resolveNext(steward), 100);
const face = serveStdioFace({
  gateway: new FakeGateway(hall),
  caller: ACME,
  holds: { poll_ms: 10 },
  input: process.stdin,
  output: process.stdout,
});
await face.closed;
process.exit(0);
