import { expect, test } from 'vitest';
import { TestHall } from './support/test-hall.ts';
test('x', async () => {
  const hall = await TestHall.open();
  console.log(hall.hall.app.printRoutes({ commonPrefix: false }));
  const t = performance.now();
  const h = await hall.hold('incident');
  console.log(performance.now()-t, JSON.stringify(h.decision));
  console.log((await hall.resolve('steward', h.approval_id, {resolution:'approve', result: {a:1}})).text);
  console.log((await hall.get('admin','/wcp/nothing')).text, (await hall.get('nobody','/wcp/nothing')).text, (await hall.get('admin','/wcp/workers/%E0%A4%A')).text);
  const r = await hall.hall.app.inject({ method: 'GET', url: '/wcp/events', headers: hall.authorization('tenant'), payloadAsStream: true });
  console.log(r.statusCode); r.stream().destroy();
  await hall.close();
  const t2 = performance.now();
  const h2 = await TestHall.open(); await h2.close();
  console.log('second', performance.now()-t2);
  expect(1).toBe(1);
});
