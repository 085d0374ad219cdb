import { sdkCases } from './sdk.case.ts';

sdkCases('stdio');
