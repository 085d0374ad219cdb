import { DockerfileParser } from 'dockerfile-ast';

/** One instruction: `RUN`, and what follows it on joined lines. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
  /** `--from=build` as `['from', 'build']`. */
  readonly flags: ReadonlyMap<string, string>;
}

/** The instructions from one `FROM` up to the next. */
export interface Stage {
  readonly base: string;
  /** The name that other stages copy from; null where it has none. */
  readonly name: string | null;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Containerfile, the image last. */
export function readStages(text: string): Stage[] {
  const stages: { base: string; name: string | null; instructions: Instruction[] }[] = [];
  for (const each of DockerfileParser.parse(text).getInstructions()) {
    const instruction = instructionOf(each);
    if (instruction.name === 'FROM') {
      const [base = '', , name = null] = instruction.text.split(/\s+/);
      stages.push({ base, name, instructions: [] });
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

function instructionOf(
  each: ReturnType<ReturnType<typeof DockerfileParser.parse>['getInstructions']>[number],
) {
  const words = each.getArgumentsContent() ?? '';
  const flags = [...(each.getRawArgumentsContent?.() ?? '').matchAll(/(?:^|\s)--([a-z-]+)=(\S+)/g)];
  const named = flags.map(([, name = '', value = '']) => [name, value] as const);
  return { name: each.getInstruction().toUpperCase(), text: words.trim(), flags: new Map(named) };
}

/** The words of a list in JSON, as `CMD` and `ENTRYPOINT` have it. */
export function listOf(text: string): string[] {
  const value: unknown = JSON.parse(text.replace(/^CMD\s+/, ''));
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new Error(`This is not a list of words: ${text}`);
}
