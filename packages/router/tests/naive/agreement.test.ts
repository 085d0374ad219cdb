import { testAgreement } from './agreement.case.ts';

const isDeep = process.env['WCP_DEEP'] === '1';

// Each run looks somewhere else, so a small one at every change finds with time what a large one does.
testAgreement(isDeep ? { worlds: 120_000, ruleSets: 60_000 } : { worlds: 800, ruleSets: 1_200 });
