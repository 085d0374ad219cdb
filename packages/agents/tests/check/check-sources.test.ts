import { expect, test } from 'vitest';
import { checkSources } from '../../src/check/index.ts';

const found = (...texts: readonly string[]) =>
  checkSources(texts.map((text, index) => ({ file: `src/f${index}.ts`, text }))).findings.map(
    ({ file, line, code }) => `${file}:${line} ${code}`,
  );

test.each([
  ['ai', "import { tool } from 'ai';\nexport const add = tool({});"],
  ['ai, under another name', "import { tool as t } from 'ai';\nexport const add = t({});"],
  ['ai, as a whole', "import * as ai from 'ai';\nexport const add = ai.dynamicTool({});"],
  ['ai, in place', "import { generateText, tool } from 'ai';\ngenerateText({ tools: { add: tool({}) } });"],
  ['ai, by require', "const { tool } = require('ai');\nmodule.exports = tool({});"],
  ['ai, by a dynamic import', "const { tool } = await import('ai');\nexport const add = tool({});"],
  ['OpenAI Agents', "import { tool } from '@openai/agents';\nexport const add = tool({});"],
  ['LangChain', "import { tool } from '@langchain/core/tools';\nexport const add = tool(() => 1, {});"],
  [
    'LangChain, by a class',
    "import { StructuredTool } from '@langchain/core/tools';\nexport class Add extends StructuredTool {}",
  ],
  [
    'LangChain, by new',
    "import { DynamicTool } from '@langchain/core/tools';\nexport const add = new DynamicTool({});",
  ],
  ['Mastra', "import { createTool } from '@mastra/core/tools';\nexport const add = createTool({});"],
  [
    'Claude Agent SDK',
    "import { tool } from '@anthropic-ai/claude-agent-sdk';\nexport const add = tool('add', '', {}, f);",
  ],
])('A tool of %s that nobody wrapped is found.', (_, text) => {
  expect(found(text)).toEqual(['src/f0.ts:2 UNGOVERNED_TOOL']);
});

test.each([
  [
    'in place',
    "import { tool } from 'ai';\nimport { governed } from '@wcp/agents/ai';\nexport const add = governed(g, tool({}));",
  ],
  [
    'by its name',
    "import { tool } from 'ai';\nimport { governed } from '@wcp/agents/ai';\nconst add = tool({});\nexport const tools = governed(g, { add });",
  ],
  ['by govern', "import { tool } from 'ai';\nconst add = tool({});\nconst safe = governor.govern(add);"],
])('A tool that is given to a governor %s is not found.', (_, text) => {
  expect(found(text)).toEqual([]);
});

test('A tool that is wrapped in another file is not found, however the import is written.', () => {
  const tools = "import { tool } from 'ai';\nexport const add = tool({});";
  const agent = (path: string) =>
    `import { governed } from '@wcp/agents/ai';\nimport { add as raw } from '${path}';\nexport const tools = governed(g, { raw });`;
  expect(found(tools, agent('./f0.ts'))).toEqual([]);
  expect(found(tools, agent('./f0.js'))).toEqual([]);
  expect(found(tools, agent('./other.js'))).toEqual(['src/f0.ts:2 UNGOVERNED_TOOL']);
});

test('A tool that is wrapped and used as it is as well is found where it is used.', () => {
  const text =
    "import { tool, generateText } from 'ai';\nimport { governed } from '@wcp/agents/ai';\nconst add = tool({});\nconst safe = governed(g, { add });\ngenerateText({ tools: { add } });";
  expect(found(text)).toEqual(['src/f0.ts:5 USED_UNGOVERNED']);
});

test('A tool that runs at the provider is found: no Hall can stand before it.', () => {
  expect(found("import { webSearchTool } from '@openai/agents';\nconst a = [webSearchTool()];")).toEqual([
    'src/f0.ts:2 HOSTED_TOOL',
  ]);
});

test('A file that cannot be read is found, and types and markup are read.', () => {
  expect(found('const = ;')).toEqual(['src/f0.ts:1 UNREADABLE']);
  expect(found('let a: number = <number>1;\nenum B { C }')).toEqual([]);
  const { findings } = checkSources([{ file: 'a.tsx', text: 'const a = <p>{1 as number}</p>;' }]);
  expect(findings).toEqual([]);
});

test('A type, a member or a name of another module is not a tool.', () => {
  expect(
    found(
      "import type { tool } from 'ai';\nimport { tool as own } from './own.ts';\nimport { tool as other } from 'other';\nown({}); other({}); a.tool({});",
    ),
  ).toEqual([]);
});

test.each([
  ['const tools = { add: tool({}) };', 'tools'],
  ['const tools = [tool({}), tool({})];', 'tools'],
])('Tools that are declared together and given to a governor together are governed: %s', (made, name) => {
  const head = "import { tool } from 'ai'; import { govern } from '@wcp/agents/ai';";
  const findings = (rest: string) =>
    checkSources([{ file: 'a.ts', text: `${head} ${made} ${rest}` }]).findings.map(({ code }) => code);
  expect(findings(`govern(governor, ${name});`)).toEqual([]);
  expect(new Set(findings(`use(${name});`))).toEqual(new Set(['UNGOVERNED_TOOL']));
  const both = findings(`govern(governor, ${name}); use(${name});`);
  expect(new Set(both)).toEqual(new Set(['USED_UNGOVERNED']));
});
