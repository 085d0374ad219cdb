import { testSameReport } from './same-report.case.ts';

testSameReport('r*');
