import { expect, test } from 'vitest';
import { expandVariables } from '../../src/config/expand-variables.ts';
import { readGatewaySettings } from '../../src/index.ts';

const findingsOf = (value: unknown) => {
  const reading = readGatewaySettings(value);
  return reading.ok ? [] : reading.findings.map(({ path, code }) => `${code} ${path}`);
};

test('A server that says nothing about itself is trusted in nothing, and its calls are those of dev.', () => {
  const reading = readGatewaySettings({ servers: { files: { command: 'x' } } });
  expect(reading.ok && reading.settings.servers['files']).toMatchObject({
    trust: 'none',
    run: [],
    environment: 'dev',
    data_label: 'INTERNAL',
    resources: false,
    prompts: false,
    results: { redact_secrets: false },
  });
  expect(reading.ok && reading.settings).toMatchObject({ authority: 'x.local', prefix: true, steward: true });
});

test.each([
  ['null', null, ['INVALID_VALUE ']],
  ['no servers', {}, ['INVALID_VALUE /servers']],
  ['neither way', { servers: { a: {} } }, ['INVALID_VALUE /servers/a']],
  ['both ways', { servers: { a: { command: 'x', url: 'https://x.example' } } }, ['INVALID_VALUE /servers/a']],
  ['a setting of the other way', { servers: { a: { url: 'https://x.example', args: [] } } }, ['UNKNOWN_MEMBER /servers/a/args']],
  ['an unknown setting', { servers: { a: { command: 'x', trusted: true } } }, ['UNKNOWN_MEMBER /servers/a/trusted']],
  ['a password', { servers: { a: { url: 'https://u:p@x.example' } } }, ['INVALID_VALUE /servers/a/url']],
  ['one alias twice', { servers: { 'a b': { command: 'x' }, 'a.b': { command: 'x' } } }, ['INVALID_VALUE /servers/a.b']],
  ['a pattern for nothing', { servers: { a: { command: 'x', results: { redact: ['a*'] } } } }, ['INVALID_VALUE /servers/a/results/redact/0']],
  ['an authority', { authority: 'me', servers: {} }, ['INVALID_VALUE /authority']],
])('What is wrong with the configuration is found: %s.', (_, value, findings) => {
  expect(findingsOf(value)).toEqual(findings);
});

test('Variables come from the environment of the gateway in the forms of clients, and one that is missing is an error.', () => {
  const env = { A: 'a', EMPTY: '' };
  const texts = { X: '${A}-${env:A}', Y: '${NONE:-b}', Z: '${NONE:-}', W: '', V: 'Bearer $A' };
  expect(expandVariables(texts, env)).toEqual({ X: 'a-a', Y: 'b', W: '', V: 'Bearer $A' });
  expect(() => expandVariables({ X: '${NONE}' }, env)).toThrow('The variable NONE is not set.');
});
