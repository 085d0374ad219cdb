export { signedStatement } from './signed-statement.ts';
