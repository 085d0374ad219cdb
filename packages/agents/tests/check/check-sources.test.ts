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
    'ai, as a plain object',
    "import { generateText } from 'ai';\ngenerateText({ tools: { add: { inputSchema: s, execute: f } } });",
  ],
  [
    'ai, as a plain object alone',
    "import { z } from 'zod';\nexport const add = { inputSchema: z, execute() {} };",
  ],
  ['ai, by another name', "import { tool } from 'ai'; const make = tool;\nexport const add = make({});"],
  [
    'ai, out of a whole',
    "import * as ai from 'ai'; const { tool: make } = ai;\nexport const add = make({});",
  ],
  ['ai, by a member of a whole', "const make = require('ai').tool;\nexport const add = make({});"],
  ['ai, by a text in brackets', "import * as ai from 'ai';\nexport const add = ai['tool']({});"],
  ['ai, by an import in place', "export {};\nexport const add = (await import('ai')).tool({});"],
  ['ai, by a require in place', "'use strict';\nmodule.exports = require('ai').tool({});"],
  ['ai, by then', "import('ai').then(({ tool: make }) =>\n  run(make({})));"],
  ['ai, by import equals', "import ai = require('ai');\nexport const add = ai.tool({});"],
  ['ai, as the default', "import { tool } from 'ai';\nexport default tool({});"],
  [
    'a provider of ai, which runs here',
    "import { anthropic } from '@ai-sdk/anthropic';\nexport const bash = anthropic.tools.bash({ execute: f });",
  ],
  [
    'the community of LangChain',
    "import { Calculator } from '@langchain/community/tools/calculator';\nexport const sum = new Calculator();",
  ],
  [
    'Mastra, which is only watched',
    "import { createTool } from '@mastra/core/tools'; import { watchTools } from '@wcp/agents/mastra';\nwatchTools(createTool({}));",
  ],
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
    "import { tool } from 'ai';\nimport { govern } from '@wcp/agents/ai';\nexport const add = govern(g, tool({}));",
  ],
  [
    'by its name',
    "import { tool } from 'ai';\nimport { govern } from '@wcp/agents/ai';\nconst add = tool({});\nexport const tools = govern(g, { add });",
  ],
  ['by govern', "import { tool } from 'ai';\nconst add = tool({});\nconst safe = governor.govern(add);"],
])('A tool that is given to a governor %s is not found.', (_, text) => {
  expect(found(text)).toEqual([]);
});

test('A tool that is wrapped in another file is not found, however the import is written.', () => {
  const tools = "import { tool } from 'ai';\nexport const add = tool({});";
  const agent = (path: string) =>
    `import { govern } from '@wcp/agents/ai';\nimport { add as raw } from '${path}';\nexport const tools = govern(g, { raw });`;
  expect(found(tools, agent('./f0.ts'))).toEqual([]);
  expect(found(tools, agent('./f0.js'))).toEqual([]);
  expect(found(tools, agent('./other.js'))).toEqual(['src/f0.ts:2 UNGOVERNED_TOOL']);
});

test('A tool that is wrapped and used as it is as well is found where it is used.', () => {
  const text =
    "import { tool, generateText } from 'ai';\nimport { govern } from '@wcp/agents/ai';\nconst add = tool({});\nconst safe = govern(g, { add });\ngenerateText({ tools: { add } });";
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

const tools =
  "import { tool } from 'ai';\nconst add = tool({});\nexport default add;\nexport { add as plus };";

test.each([
  ['passed on by name', "export { tool } from 'ai';"],
  ['passed on under another name', "import { tool as make } from 'ai'; export { make as tool };"],
  ['passed on with everything', "export * from 'ai';"],
])('What makes tools is known where it is %s by a source of the project.', (_, text) => {
  expect(found(text, "import { tool } from './f0.js';\nexport const add = tool({});")).toEqual([
    'src/f1.ts:2 UNGOVERNED_TOOL',
  ]);
});

test.each([
  ['the default', "import plus from './f0.ts';", ''],
  ['another name', "import { plus } from './f0.ts';", ''],
  ['a source between', "import { plus } from './f1.ts';", "export { plus } from './f0.ts';"],
  ['a source that passes everything on', "import { plus } from './f1.ts';", "export * from './f0.ts';"],
])(
  'A tool is followed through %s: governed there, and found where it is used as it is.',
  (_, line, between) => {
    const head = `import { govern } from '@wcp/agents/ai'; ${line}`;
    expect(found(tools, between, `${head}\ngovern(g, { plus });`)).toEqual([]);
    expect(found(tools, between, `${head}\ngovern(g, { plus });\nuse(plus);`)).toEqual([
      'src/f2.ts:3 USED_UNGOVERNED',
    ]);
  },
);

test.each([
  ['to another function', "import { tool } from 'ai';\nexport const add = wrap(tool);"],
  ['by a choice', "import { tool } from 'ai';\nexport const make = (a) => (a ? tool : other);"],
  ['by a computed name', "import * as ai from 'ai';\nexport const add = ai[name]({});"],
])('What makes tools is found where it is handed on %s, since nobody can follow it.', (_, text) => {
  expect(found(text)).toEqual(['src/f0.ts:2 HANDED_ON']);
});

test('A tool of a provider that runs there is found, and what only looks at a class is not.', () => {
  expect(found("import { openai } from '@ai-sdk/openai';\nuse({ s: openai.tools.webSearch({}) });")).toEqual([
    'src/f0.ts:2 HOSTED_TOOL',
  ]);
  const looks =
    "import { Tool } from '@langchain/core/tools';\nconst is = (a: unknown) => a instanceof Tool;";
  expect(found(looks)).toEqual([]);
});

test('JavaScript without types is read like TypeScript.', () => {
  for (const file of ['a.js', 'a.mjs', 'a.cjs', 'a.jsx']) {
    const { findings } = checkSources([{ file, text: "const { tool } = require('ai'); use(tool({}));" }]);
    expect(findings.map(({ code }) => code)).toEqual(['UNGOVERNED_TOOL']);
  }
});
