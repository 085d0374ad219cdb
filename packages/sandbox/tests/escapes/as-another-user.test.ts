import { test } from 'vitest';
import { USERS } from '../support/users.ts';
import { escapeTests } from './support/escape-tests.ts';

const others = USERS.slice(1);
for (const user of others) escapeTests(user, 1);

test.skipIf(others.length > 0)('Somebody who is not root runs the rows as itself alone.', () => {});
