/** The files of a gateway in the folder of its Hall. */
export const GATEWAY_LAYOUT = {
  settings: 'mcp.json',
  rules: 'rules.json',
  config: 'hall.json',
  server: 'server.json',
  /** The key that an agent calls with. */
  agent: 'keys/agent.key',
  /** The key that a steward signs in with. */
  steward: 'keys/steward.key',
  /** The key of whoever runs this Hall. */
  operator: 'keys/operator.key',
  /** Signs the enrolments of tools. */
  authority: 'keys/authority.pem',
  /** Seals the states of held calls. */
  states: 'keys/request-state.key',
  /** The processes that were started, for the next start. */
  processes: 'processes.json',
  /** The calls that wait for a steward, for clients that call again after a restart. */
  held: 'held',
  /** The packages of servers, each in a folder of its alias. */
  packages: 'packages',
  /** Where the gateway of this folder runs now. */
  running: 'running.json',
} as const;

/** The tenant in whose name an agent of this machine calls. */
export const AGENT_TENANT = 'agent.local';
