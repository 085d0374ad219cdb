import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { attempt } from './attempt.mjs';

const file = `/tmp/wcp-escape-${process.pid}`;
writeFileSync(file, '');
await attempt(() => truncateSync(file, 2_000_000));
rmSync(file);
