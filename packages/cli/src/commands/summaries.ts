/**
 * What each command of the first level does, in one line and in the order of the help: the help of `wcp` lists them
 * without loading a command.
 */
export const SUMMARIES = {
  demo: 'Watch one dispatch end to end: the decision, the worker, five denials, the evidence.',
  pipeline: 'Take a document through five workers and ask a question about it.',
  serve: 'Run a Hall in a folder. An empty folder gets an example, keys and a command to try.',
  mcp: 'Put a Hall before MCP servers: each call of a tool is decided.',
  hook: 'Let a coding agent ask a Hall before each of its tools, by its hooks.',
  agents: 'Look after the tools of the agents that you write.',
  route: 'Decide whether a request may run and on which worker, locally or at a Hall.',
  explain: 'Show every step of a decision and the smallest change that would allow the request.',
  dispatch: 'Send a request to a Hall, which decides it and runs it if it is allowed.',
  replay: 'Decide recorded requests again: under new rules, or to check the record.',
  validate: 'Check documents, and show every error with its file, line and path.',
  rules: 'Check, test, format and suggest routing rules.',
  catalog: 'Look up capabilities, controls, profiles and events.',
  approvals: 'List and resolve requests that wait for a steward.',
  workers: 'List, enrol and remove the workers of a Hall.',
  worker: 'Run a worker of yours for Halls elsewhere.',
  'dead-letters': 'List, replay or delete failed dispatches.',
  freeze: 'Deny everything at a Hall, or everything for one tenant or correlation.',
  release: 'Release a freeze.',
  freezes: 'List the freezes in force.',
  budgets: 'List the budgets of a Hall with what is left of each.',
  health: 'Show the health of a Hall and the compliance level that it reaches.',
  doctor: 'Check this machine and the folder of a Hall, without starting it, and say what mends it.',
  backup: 'Make a backup of a Hall, running or stopped. It is read again before it has its name.',
  restore: 'Put a backup back into a new folder. Its log keeps its name only with proof that it cannot fork.',
  store: 'Move the store of a stopped Hall into a database, or back.',
  keys: 'The API keys of a Hall, and the keys that sign its log.',
  authorities: 'Manage the public keys of authorities.',
  keygen: 'Create an Ed25519 key pair for signing.',
  receipts: 'List, export and verify signed receipts.',
  evidence: 'Serve, archive, forget or disclose what a Hall holds.',
  exports: 'Exports to other systems: how far they are, and what was refused there.',
  witness: 'Witness the logs of Halls from another machine.',
  attest: 'Hash, attest and verify worker packages.',
  bans: 'Sign, publish, follow and search lists of known bad code.',
  conformance:
    'Test an implementation of WCP against the conformance cases. The guide is porting.md in @wcp/conformance.',
  version: 'Show the versions of this tool, the protocol and the catalog.',
} as const;

/** The name of a command of the first level. */
export type CommandName = keyof typeof SUMMARIES;
