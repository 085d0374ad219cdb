import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { guard } from '../../src/face/http/guard.ts';
import { HttpClient } from '../support/http-client.ts';

const asked = (host: string | null, origin?: string, more: string[] = []): IncomingMessage =>
  ({
    headers: { ...(host !== null && { host }), ...(origin !== undefined && { origin }) },
    rawHeaders: [...(host === null ? [] : ['Host', host]), ...more],
  }) as unknown as IncomingMessage;
const NAMED = { hosts: ['tools.example.com'], origins: ['https://app.example.com'] };

describe('A face answers to its own names alone', () => {
  test.each([
    'localhost:7430',
    '127.0.0.1:1',
    '127.9.9.9',
    '[::1]:7430',
    'LOCALHOST',
    'tools.example.com:443',
  ])('To %s', (host) => {
    expect(guard(asked(host), NAMED)).toBeNull();
  });

  test.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'localhost@evil.example',
    '',
    'a/b',
    '0.0.0.0',
  ])('Not to %j', (host) => {
    expect(guard(asked(host), NAMED)).not.toBeNull();
  });

  test('Not to none, and not to two', () => {
    expect(guard(asked(null), NAMED)).not.toBeNull();
    expect(guard(asked('localhost', undefined, ['host', 'evil.example']), NAMED)).not.toBeNull();
  });

  test('Not to a page of this machine under a public name', () => {
    expect(guard(asked('tools.example.com', 'http://localhost:3000'), NAMED)).not.toBeNull();
    expect(guard(asked('tools.example.com', 'https://app.example.com'), NAMED)).toBeNull();
    expect(guard(asked('tools.example.com', 'https://app.example.com:444'), NAMED)).not.toBeNull();
  });

  test('Also where a foreign name was pointed at this machine', async () => {
    const client = await new HttpClient().open();
    const status = await new Promise((resolve, reject) => {
      const headers = { host: 'evil.example', authorization: 'Bearer wcp_acme' };
      const sent = request(client.url, { method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.once('error', reject);
      sent.end('{}');
    });
    expect(status).toBe(403);
    await client.face.close();
  });
});
