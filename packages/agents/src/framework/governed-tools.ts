const governed = new WeakSet<object>();
const warned = new Set<string>();
const MAX_WARNED = 1_024;

/** Notes that a Hall stands before a tool, as its framework is given it. */
export function markGoverned<T extends object>(tool: T): T {
  governed.add(tool);
  return tool;
}

/** Whether a Hall stands before a tool. */
export function isGovernedTool(tool: unknown): boolean {
  return typeof tool === 'object' && tool !== null && governed.has(tool);
}

/**
 * Says loudly, once for each tool, that an agent has a tool that no Hall stands before: a warning of the process with the
 * code `WCP_UNGOVERNED_TOOL`. Silent where `NODE_ENV` is `production`.
 */
export function warnUngoverned(framework: string, names: readonly string[]): void {
  if (process.env['NODE_ENV'] === 'production') return;
  for (const name of names) {
    const key = JSON.stringify([framework, name]);
    if (warned.has(key) || warned.size >= MAX_WARNED) continue;
    warned.add(key);
    const message = `The agent was given the tool ${JSON.stringify(name.slice(0, 128))} (${framework}) as it is: no Hall stands before it, and it runs undecided. Give it to govern() as well.`;
    process.emitWarning(message, { type: 'UngovernedToolWarning', code: 'WCP_UNGOVERNED_TOOL' });
  }
}
