/** How far a member of an envelope, or a limit, was enforced. */
export type EnforcementLevel =
  /** The kernel refuses anything else. */
  | 'enforced'
  /** Enforced with a gap that the documentation names. */
  | 'partial'
  /** Watched, and ended after it was exceeded. */
  | 'sampled'
  /** Nothing but the worker's word. */
  | 'declared'
  /** There was nothing to enforce, or nothing that could. */
  | 'none';

/** What a sandbox answers for: the members of a privilege envelope (WCP section 4.2), and limits. */
export type EnforcedMember =
  | 'filesystem_writes'
  | 'network_egress'
  | 'secrets_access'
  | 'tools'
  | 'code'
  | 'memory'
  | 'processes'
  | 'cpu'
  | 'disk'
  | 'wall_time'
  | 'file_size'
  | 'open_files'
  | 'output';

/** The level of one member, and what brings it about. */
export interface MemberEnforcement {
  readonly level: EnforcementLevel;
  /** Null where nothing does. */
  readonly by: string | null;
}

/** What was enforced while a program ran, member by member. */
export type Enforcement = Readonly<Record<EnforcedMember, MemberEnforcement>>;
