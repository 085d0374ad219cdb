import { appendFileSync } from 'node:fs';
import { test } from 'vitest';
import { TAMPERINGS } from '../../../../tooling/src/auditor/tamper/tamperings.ts';
import { copyOfEvidence, verify } from './auditor.ts';

test('discover', { timeout: 500000 }, async () => {
  for (const t of TAMPERINGS) {
    const copy = copyOfEvidence();
    let line = '';
    try {
      t.change(copy);
      const v = await verify(copy, t.kind);
      const want = [...t.codes].toSorted().join();
      const got = v.codes.join();
      line = `${want === got ? 'ok  ' : 'DIFF'} ${t.kind} | ${t.name} | exit ${v.exit} ${v.ok} | ${got}${want === got ? '' : ` | wanted ${want}`}`;
    } catch (e) {
      line = `ERR ${t.kind} ${t.name}: ${String(e).slice(0, 300)}`;
    }
    appendFileSync('/tmp/wt/auditor-discover.log', `${line}\n`);
  }
});
