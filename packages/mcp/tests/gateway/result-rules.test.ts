import { expect, test } from 'vitest';
import { redacted, resultRules } from '../../src/gateway/result/result-rules.ts';
import { SECRET_PATTERNS } from '../../src/gateway/result/secret-patterns.ts';

const all = resultRules({ results: { redact_secrets: true, redact: [] } }).patterns;
const key = (name: string, length: number) => name + 'aB3'.repeat(length).slice(0, length);

/** One secret of each kind, put together here so that no scanner takes it for one. */
const SECRETS: Readonly<Record<string, string>> = {
  'private-key': ['-----BEGIN RSA PRIVATE', ' KEY-----\nMIIE\n-----END RSA PRIVATE', ' KEY-----'].join(''),
  'aws-key': `${key('AKIA', 0)}ABCDEFGHIJKLMNOP`,
  'github-token': key('ghp_', 36),
  'gitlab-token': key('glpat-', 20),
  'slack-token': key('xoxb-', 20),
  'api-key': key('sk-ant-', 30),
  'stripe-key': key('sk_live_', 24),
  'google-key': key('AIza', 35),
  'npm-token': key('npm_', 36),
  'hall-key': key('wcp_', 40),
  'webhook-secret': key('whsec_', 32),
  jwt: `${key('eyJ', 20)}.${key('eyJ', 20)}.${key('', 20)}`,
  'password-in-url': `postgres://ada:${'hunter2'}@db.example/x`,
};

test('There is an example of every kind of secret, and each is found in a sentence.', () => {
  expect(Object.keys(SECRETS)).toEqual(SECRET_PATTERNS.map(({ name }) => name));
  for (const [name, secret] of Object.entries(SECRETS)) {
    const text = redacted(`before ${secret} after`, all) as string;
    expect(text, name).toContain(`[redacted: ${name}]`);
    expect(text, name).not.toContain(secret);
  }
});

test('Secrets are kept back in text, in structured content, in names of members and in embedded resources.', () => {
  const secret = SECRETS['github-token'] as string;
  const result = {
    content: [
      { type: 'text', text: secret },
      { type: 'resource', resource: { uri: 'a:b', text: secret } },
    ],
    structuredContent: { [secret]: [secret, 1, null], deep: { a: { b: secret } } },
    'x-unknown': true,
  };
  expect(JSON.stringify(redacted(result, all))).not.toContain(secret);
  expect(redacted(result, all)).toMatchObject({
    structuredContent: { deep: { a: { b: '[redacted: github-token]' } } },
    'x-unknown': true,
  });
});

test('Binary content is left as it is, and so is everything where there is no rule.', () => {
  const data = SECRETS['github-token'];
  const image = { type: 'image', data, mimeType: 'image/png' };
  expect(redacted({ content: [image] }, all)).toEqual({ content: [image] });
  const blob = { uri: 'a:b', blob: data };
  expect(redacted(blob, all)).toEqual(blob);
  expect(redacted({ data, blob: data }, all)).toEqual({
    data: '[redacted: github-token]',
    blob: '[redacted: github-token]',
  });
  const value = { text: data };
  expect(redacted(value, resultRules({ results: { redact_secrets: false, redact: [] } }).patterns)).toBe(
    value,
  );
});

test('A pattern of the operator is applied like one of ours.', () => {
  const { patterns } = resultRules({ results: { redact_secrets: false, redact: ['ACME-\\d+'] } });
  expect(redacted('see ACME-12, ACME-x', patterns)).toBe('see [redacted: pattern], ACME-x');
});

test('No text of a server makes the patterns take long.', () => {
  const nasty = [
    `-----BEGIN PRIVATE KEY-----${'-'.repeat(2_000_000)}`,
    'eyJ'.repeat(600_000),
    'a:'.repeat(1_000_000),
    'a://'.repeat(500_000),
  ];
  // The time is linear: a pattern that goes back for each character would take minutes.
  for (const text of nasty) expect(redacted(text, all)).toMatch(/^(?:\[redacted: private-key\])?[-eyJa:/]+$/);
});
