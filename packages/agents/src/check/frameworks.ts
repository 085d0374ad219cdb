/** What a framework makes tools with. */
export interface ToolMaker {
  readonly framework: string;
  /** Whether the tool runs at the provider of the model, where no Hall can stand before it. */
  readonly isHosted: boolean;
}

interface Framework {
  readonly name: string;
  /** The modules that it is imported from. */
  readonly modules: RegExp;
  /** Functions and classes that make a tool. */
  readonly makers: readonly string[];
  /** Those whose tools run elsewhere. */
  readonly hosted: readonly string[];
}

const FRAMEWORKS: readonly Framework[] = [
  { name: 'ai', modules: /^ai$/, makers: ['tool', 'dynamicTool'], hosted: [] },
  {
    name: '@openai/agents',
    modules: /^@openai\/agents(?:-core|-openai)?$/,
    makers: ['tool'],
    hosted: [
      'hostedMcpTool',
      'webSearchTool',
      'fileSearchTool',
      'codeInterpreterTool',
      'imageGenerationTool',
      'computerTool',
      'shellTool',
      'applyPatchTool',
    ],
  },
  {
    name: '@langchain/core',
    modules: /^(?:@langchain\/core\/tools|langchain|langchain\/tools)$/,
    makers: ['tool', 'DynamicTool', 'DynamicStructuredTool', 'Tool', 'StructuredTool'],
    hosted: [],
  },
  {
    name: '@mastra/core',
    modules: /^@mastra\/core(?:\/tools)?$/,
    makers: ['createTool', 'Tool'],
    hosted: [],
  },
  {
    name: '@anthropic-ai/claude-agent-sdk',
    modules: /^@anthropic-ai\/claude-agent-sdk$/,
    makers: ['tool'],
    hosted: [],
  },
];

const COMMUNITY = /^@langchain\/community\/tools\//;

/** What an export of a module makes; null where that is no tool. */
export function toolMaker(module: string, name: string): ToolMaker | null {
  const framework = FRAMEWORKS.find(({ modules }) => modules.test(module));
  // Each of these packages is one class that is a tool.
  if (COMMUNITY.test(module)) return { framework: '@langchain/core', isHosted: false };
  if (framework === undefined) return null;
  const isHosted = framework.hosted.includes(name);
  return isHosted || framework.makers.includes(name) ? { framework: framework.name, isHosted } : null;
}

/** Those of `@wcp/agents` that put the tools that they are given before a Hall. */
const GOVERNORS = new Set(['govern', 'openGovernor']);

/** Whether an export of a module puts tools before a Hall. */
export function isGovernor(module: string, name: string): boolean {
  return (module === '@wcp/agents' || module.startsWith('@wcp/agents/')) && GOVERNORS.has(name);
}

/** Whether a module is known to make tools. */
export function isFramework(module: string): boolean {
  return FRAMEWORKS.some(({ modules }) => modules.test(module));
}

/** The packages of providers for `ai`, whose `tools` run at the provider or, with `execute`, here. */
export function isAiProvider(module: string): boolean {
  return module.startsWith('@ai-sdk/');
}
