/** Writes `openapi.json` as a Hall serves it; a test fails when it is not current. */
import { writeFileSync } from 'node:fs';
import { createHall } from '../dist/index.js';

const hall = await createHall();
const { body } = await hall.app.inject('/wcp/openapi.json');
await hall.close();
const file = new URL('../openapi.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(JSON.parse(body), null, 2)}\n`);
