import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileWorld } from '@wcp/router';
import { parseRecord } from '@wcp/spec';
import { TelemetryEventSchema, WorkerResultSchema } from '@wcp/spec/document';
import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../src/deployment/create/create-deployment.ts';

const file = (name: string) => packageFile(join('example', name));
const json = (name: string): unknown => JSON.parse(readFileSync(file(name), 'utf8'));
const RECORD = 'workers/hello/registry_record.json';

describe('the example of a new Hall', () => {
  it('The rules, the configuration and the record have no mistake, and every rule can match.', () => {
    const documents = { rules: json('rules.json'), config: json('hall.json'), workers: [json(RECORD)] };
    const { diagnostics } = compileWorld({ ...documents, catalogVersion: '1.1.0' });
    // That the catalog does not hold the greeting is a warning, and no more.
    expect(diagnostics.filter(({ code }) => code !== 'UNKNOWN_CATALOG_ID')).toEqual([]);
    expect(parseRecord(json(RECORD))).toMatchObject({ ok: true });
  });

  it('The worker answers each line with a result and its event, whatever the request is.', () => {
    const context = {
      correlation_id: 'c',
      tenant_id: 't',
      capability_id: 'cap.hello.greet',
      decision_id: 'd',
    };
    const calls = [{ name: 'Ada' }, { name: '' }, null, { name: 'Ada\u2028}' }, { name: 'A\u0085' }].map(
      (request, id) => ({ id, context, request }),
    );
    const lines = [...calls, { cancel: 'x' }].map((call) => `${JSON.stringify(call)}\n`);
    const input = `\n${lines.join('\r\n')}SECRET{\n`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['worker.mjs', '--stdio'], {
      cwd: file('workers/hello'),
      input,
      encoding: 'utf8',
    });
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(stdout).not.toMatch(/[\u0085\u2028\u2029]/);
    expect(stderr).toBe('A line of 7 characters is not JSON.\n');
    expect(answers.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
    for (const { id: _, ...result } of answers) {
      expect(Check(WorkerResultSchema, result)).toBe(true);
      expect(result.telemetry.map((event: unknown) => Check(TelemetryEventSchema, event))).toEqual([true]);
      expect(result.evidence).toHaveLength(1);
    }
    expect(answers.map((answer) => answer.status)).toEqual(['ok', 'denied', 'denied', 'denied', 'ok']);
    expect(answers[0].result).toEqual({ greeting: 'Hello, Ada!' });
    expect(status).toBe(0);
  });
});
