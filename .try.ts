import { mkdtempSync } from 'node:fs';
import { processMachine } from './tooling/src/auditor/scene/machine.ts';
import { makeEvidence } from './tooling/src/auditor/scene/make-evidence.ts';
const d = mkdtempSync('/tmp/wt/auditor-try-');
console.time('made');
console.log(d, await makeEvidence(processMachine('/tmp/wt/auditor/packages/cli/bin/wcp.mjs', d), d).then(({dir})=>dir));
console.timeEnd('made');
