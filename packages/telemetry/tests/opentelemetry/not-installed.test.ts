import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** In the process in which this is loaded, the API of OpenTelemetry is not installed. */
const HOOK = `
import { registerHooks } from 'node:module';
registerHooks({
  resolve(name, context, next) {
    if (name !== '@opentelemetry/api') return next(name, context);
    throw Object.assign(new Error("Cannot find package '" + name + "'"), { code: 'ERR_MODULE_NOT_FOUND' });
  },
});`;

test('Without the API of OpenTelemetry its entry says what to install.', () => {
  const program = `await import('./index.ts').catch(({ code, message }) => console.log(code, message));`;
  const hook = `data:text/javascript,${encodeURIComponent(HOOK)}`;
  const args = ['--import', hook, '--input-type=module', '--eval', program];
  const cwd = join(import.meta.dirname, '../../src/opentelemetry');
  expect(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' })).toBe(
    'ERR_WCP_NOT_INSTALLED Telemetry with OpenTelemetry needs a package that is not installed. Run: npm install @opentelemetry/api\n',
  );
});
