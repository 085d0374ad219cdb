import { testAgreement } from './agreement.case.ts';

testAgreement({ worlds: 4_000, ruleSets: 6_000 });
