import { ENDPOINTS } from '@wcp/spec/hall';
import { expect, test } from 'vitest';
import * as client from '../src/index.ts';

test('The package @wcp/client exports these names and no others.', () => {
  expect(Object.keys(client).toSorted()).toEqual([
    'HallProblemError',
    'JsonText',
    'WcpError',
    'createHallClient',
    'pullCalls',
  ]);
});

test('A client has one method for each operation, and for the stream of events and the pages of lists.', () => {
  const hall = client.createHallClient({ url: 'http://127.0.0.1:7420' });
  const operations = Object.keys(ENDPOINTS).filter((id) => id !== 'followEvents');
  expect(Object.keys(hall).toSorted()).toEqual([...operations, 'events', 'items', 'pages'].toSorted());
});
