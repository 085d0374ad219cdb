/** A part of MCP beside tools that is a capability of its server. */
export interface MethodCapability {
  /** The last segment of its id. */
  readonly segment: 'resources-read' | 'prompts-get';
  /** The setting that turns it on, and what a server says that it can do. */
  readonly setting: 'resources' | 'prompts';
  /** What a steward reads of it. */
  readonly description: string;
}

/** Off unless a server's settings turn one on. */
export const METHOD_CAPABILITIES: readonly MethodCapability[] = [
  {
    segment: 'resources-read',
    setting: 'resources',
    description: 'Lists and reads the resources of the server.',
  },
  {
    segment: 'prompts-get',
    setting: 'prompts',
    description: 'Lists and gets the prompts of the server.',
  },
];

/** How a method of a client is carried to servers. */
export interface PassedMethod {
  readonly setting: MethodCapability['setting'];
  /** `list`: every server is asked, and `member` of the answers is one list. `one`: the server that has what is asked for. */
  readonly to: { readonly list: string } | 'one';
}

/** The methods that pass, governed. What is not here is refused. */
export const PASSED_METHODS: Readonly<Record<string, PassedMethod>> = {
  'resources/list': { setting: 'resources', to: { list: 'resources' } },
  'resources/templates/list': { setting: 'resources', to: { list: 'resourceTemplates' } },
  'resources/read': { setting: 'resources', to: 'one' },
  'resources/subscribe': { setting: 'resources', to: 'one' },
  'resources/unsubscribe': { setting: 'resources', to: 'one' },
  'prompts/list': { setting: 'prompts', to: { list: 'prompts' } },
  'prompts/get': { setting: 'prompts', to: 'one' },
};

/** The id of a capability of a server. */
export function methodCapabilityId(prefix: string, { segment }: Pick<MethodCapability, 'segment'>): string {
  return `${prefix}.${segment}`;
}
