import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DeploymentFinding } from '../../../src/deployment/deployment-error.ts';
import { readExports } from '../../../src/deployment/settings/read-exports.ts';
import { readServerSettings } from '../../../src/deployment/settings/server-settings.ts';
import { SECRET } from '../../support/receiver.ts';

function read(exports: unknown, env: Record<string, string> = {}) {
  const findings: DeploymentFinding[] = [];
  const rows = readExports(readServerSettings({ exports }), { dir: '/hall', env }, findings);
  return { rows, findings: findings.map(({ path, code }) => `${path} ${code}`) };
}

const http = { url: 'https://siem.example/in', bearer_env: 'TOKEN', secret_env: 'KEY' };

describe('exports in server.json', () => {
  test('are read with what the environment holds.', () => {
    const rows = [
      { name: 'file', as: 'ocsf', from: 'now', file: { path: 'out/siem.jsonl', keep: 3 } },
      { name: 'siem', as: 'cloudevents', http: { ...http, batch: 20 } },
    ];
    expect(read(rows, { TOKEN: 'a-token', KEY: SECRET })).toEqual({
      rows: [
        {
          name: 'file',
          form: 'ocsf',
          from: 'now',
          target: { path: join('/hall', 'out/siem.jsonl'), keep: 3 },
        },
        {
          name: 'siem',
          form: 'cloudevents',
          target: { url: http.url, batch: 20, bearer: 'a-token', secret: SECRET },
        },
      ],
      findings: [],
    });
  });

  test('say every variable that is missing, empty or no secret.', () => {
    const rows = [{ name: 'siem', as: 'dsse', http }];
    expect(read(rows, {}).findings).toEqual([
      '/exports/0/http/bearer_env VARIABLE_MISSING',
      '/exports/0/http/secret_env VARIABLE_MISSING',
    ]);
    expect(read(rows, { TOKEN: 'line\nbreak', KEY: 'whsec_!' }).findings).toEqual([
      '/exports/0/http/bearer_env VARIABLE_MISSING',
      '/exports/0/http/secret_env SECRET_INVALID',
    ]);
  });

  test.each([
    [[{ name: 'a', as: 'ocsf' }]],
    [[{ name: 'a', as: 'ocsf', file: { path: 'a' }, http: { url: 'https://a.example' } }]],
    [[{ name: 'a', as: 'xml', file: { path: 'a' } }]],
    [[{ name: '../a', as: 'ocsf', file: { path: 'a' } }]],
    [[{ name: 'a', as: 'ocsf', http: { url: 'https://user:word@a.example' } }]],
    [
      [
        { name: 'a', as: 'ocsf', file: { path: 'a' } },
        { name: 'a', as: 'dsse', file: { path: 'b' } },
      ],
    ],
  ])('are refused: %j.', (rows) => {
    expect(() => read(rows)).toThrow(expect.objectContaining({ code: 'INVALID_BODY' }));
  });
});
