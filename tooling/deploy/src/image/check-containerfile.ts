import { validate } from 'dockerfile-utils';
import { type Instruction, listOf, readStages, type Stage } from './containerfile.ts';

/** An exact tag: a version of three numbers. */
const EXACT = /^[a-z0-9./-]+:\d+\.\d+\.\d+-[a-z0-9-]+$/;
const SECRET = /password|passwd|secret|token|private/i;

/** What is wrong with a Containerfile: what Docker's own linter finds, and what an image of a Hall promises. */
export function checkContainerfile(text: string): string[] {
  const linted = validate(text).map(({ range, message }) => `line ${range.start.line + 1}: ${message}`);
  const stages = readStages(text);
  const image = stages.at(-1);
  if (image === undefined) return [...linted, 'It has no stage.'];
  const bases = stages.filter(({ base }) => !EXACT.test(base)).map(({ base }) => `${base} is no exact tag.`);
  const named = stages.flatMap(({ instructions }) => instructions).flatMap(checkInstruction);
  return [...linted, ...bases, ...named, ...checkImage(image)];
}

function checkInstruction({ name, text }: Instruction): string[] {
  if (name === 'ADD') return ['ADD fetches and unpacks: COPY is enough.'];
  if ((name === 'ENV' || name === 'ARG') && SECRET.test(text)) return [`${name} holds a secret: ${text}`];
  return [];
}

function checkImage({ instructions }: Stage): string[] {
  const last = (wanted: string) => instructions.findLast(({ name }) => name === wanted);
  const findings: string[] = [];
  if (!/^[1-9]\d*:[1-9]\d*$/.test(last('USER')?.text ?? '')) {
    findings.push('USER must be a number that is not root, so that Kubernetes can check it.');
  }
  for (const name of ['HEALTHCHECK', 'ENTRYPOINT', 'CMD', 'EXPOSE']) {
    if (last(name) === undefined) findings.push(`${name} is missing.`);
  }
  for (const name of ['HEALTHCHECK', 'ENTRYPOINT', 'CMD']) {
    try {
      listOf(last(name)?.text ?? '[]');
    } catch {
      findings.push(`${name} must be a list: a shell would not pass signals on.`);
    }
  }
  return findings;
}
