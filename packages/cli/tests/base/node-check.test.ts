import { describe, expect, it } from 'vitest';
import { nodeCheck } from '../../src/base/node-check.ts';

describe('the version of Node', () => {
  it.each(['22.18.0', '23.0.0', '24.21.0', '100.0.0'])('Node %s is new enough.', (version) => {
    expect(nodeCheck(version)).toMatchObject({ status: 'ok', remedy: null });
  });

  it.each(['20.19.5', '22.17.9', '18.0.0', ''])(
    'Node %j is too old, and the remedy installs another.',
    (version) => {
      expect(nodeCheck(version)).toMatchObject({ status: 'fail', remedy: 'npm install --global node@24' });
    },
  );
});
