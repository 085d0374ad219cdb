import { USERS } from '../support/users.ts';
import { escapeTests } from './support/escape-tests.ts';

for (const user of USERS.slice(0, 1)) escapeTests(user, 0);
