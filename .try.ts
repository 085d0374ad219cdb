import { mkdtempSync, rmSync } from 'node:fs';
import { processMachine } from './tooling/src/auditor/scene/machine.ts';
import { makeEvidence } from './tooling/src/auditor/scene/make-evidence.ts';
import { recordEvidence } from './tooling/src/auditor/scene/recorded-evidence.ts';
const d = mkdtempSync('/tmp/wt/auditor-try-');
const made = await makeEvidence(processMachine('/tmp/wt/auditor/packages/cli/bin/wcp.mjs', d), d);
recordEvidence(made, '/tmp/wt/auditor-recorded.json.gz');
rmSync(d, { recursive: true });
