import { linkSync } from 'node:fs';
import { attempt } from './attempt.mjs';

attempt(() => linkSync('/opt/node', '/tmp/node'));
