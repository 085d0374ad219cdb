import { describe, expect, it } from 'vitest';
import { openTestHall } from '../../support/test-hall.ts';

describe('health', () => {
  it('The command health exits 0 if the Hall is healthy and 1 if not, and says what the next compliance level lacks.', async () => {
    const { as, hall } = await openTestHall();
    const healthy = await as('auditor', ['health']);
    expect(healthy.out).toMatch(/^compliance level +WCP-Standard$/m);
    expect(healthy.out).toContain('require_worker_attestation is off');
    await hall.reload({ rules: 'broken' });
    const broken = await as('auditor', ['health']);
    expect(broken.out).toMatch(/^problem +DOCUMENTS_REJECTED/m);
    expect([healthy.code, broken.code]).toEqual([0, 1]);
  });
});
