import { warnUngoverned } from '../framework/governed-tools.ts';
import type { Governor } from '../governor/governor.ts';

/** Callbacks of LangChain. */
export interface ToolWatch {
  handleToolStart(
    tool: object,
    input: string,
    run_id: string,
    parent_run_id?: string,
    tags?: string[],
    metadata?: Record<string, unknown>,
    name?: string,
  ): void;
}

/**
 * Callbacks of LangChain that warn, once for each, of a tool that runs and that no Hall stands before; silent where
 * `NODE_ENV` is `production`.
 *
 * @example
 * import { openGovernor } from '@wcp/agents';
 * import { watchTools } from '@wcp/agents/langchain';
 *
 * const hall = { url: 'http://127.0.0.1:7420', key: 'wcp_…', worker_key: 'wcp_…' };
 * const governor = await openGovernor({ hall, authority: 'x.acme', agent: 'helper', tenant_id: 'acme' });
 * const callbacks = [watchTools(governor)]; // graph.invoke(input, { callbacks })
 * console.log(callbacks.length);
 */
export function watchTools(governor: Governor): ToolWatch {
  return {
    handleToolStart(_tool, _input, _run_id, _parent, _tags, _metadata, name = '?') {
      if (!governor.tools.has(name)) warnUngoverned('@langchain/core', [name]);
    },
  };
}
