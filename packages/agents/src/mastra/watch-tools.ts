import { warnUngoverned } from '../framework/governed-tools.ts';
import type { Governor } from '../governor/governor.ts';

/** Hooks of an agent of Mastra. */
export interface ToolWatch {
  beforeToolCall(called: { readonly toolName: string }): void;
}

/**
 * Hooks of an agent of Mastra that warn, once for each, of a tool that runs and that no Hall stands before; silent where
 * `NODE_ENV` is `production`.
 *
 * @example
 * import { openGovernor } from '@wcp/agents';
 * import { watchTools } from '@wcp/agents/mastra';
 *
 * const hall = { url: 'http://127.0.0.1:7420', key: 'wcp_…', worker_key: 'wcp_…' };
 * const governor = await openGovernor({ hall, authority: 'x.acme', agent: 'helper', tenant_id: 'acme' });
 * const hooks = watchTools(governor); // new Agent({ id, name, instructions, model, tools, hooks })
 * console.log(Object.keys(hooks));
 */
export function watchTools(governor: Governor): ToolWatch {
  return {
    beforeToolCall({ toolName }) {
      if (!governor.tools.has(toolName)) warnUngoverned('@mastra/core', [toolName]);
    },
  };
}
