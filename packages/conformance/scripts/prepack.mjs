/** Puts the guide for authors of ports beside the code, with links that lead to what is installed. */
import { readFileSync, writeFileSync } from 'node:fs';

const guide = readFileSync(new URL('../../../docs/porting.md', import.meta.url), 'utf8');
const installed = guide
  .replaceAll('](spec/', '](../spec/text/')
  .replaceAll('](../packages/conformance/', '](');
writeFileSync(new URL('../porting.md', import.meta.url), installed);
