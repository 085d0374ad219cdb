/** One thing that was looked at. */
export interface DeploymentCheck {
  /** What it is about: the same word in every version. */
  readonly name: CheckName;
  /** Which one of several: a file, a worker, a ban list. Null where there is one. */
  readonly subject: string | null;
  /** `warn`: the Hall runs, and somebody should know. `fail`: it does not start, or does less than it should. */
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** A command for a shell that mends it, or that leads to the place; null where there is none. */
  readonly remedy: string | null;
}

/** What is looked at, in this order. */
export type CheckName =
  | 'sandbox'
  | 'limits'
  | 'user'
  | 'folder'
  | 'disk'
  | 'permissions'
  | 'settings'
  | 'rules'
  | 'configuration'
  | 'retention'
  | 'gate'
  | 'attestation'
  | 'key'
  | 'store'
  | 'backup'
  | 'clock'
  | 'ban_list'
  | 'telemetry'
  | 'approvals'
  | 'witness'
  | 'timestamps'
  | 'export'
  | 'port'
  | 'worker';

/** What all checks stand on. */
export interface CheckBase {
  readonly dir: string;
  /** The variables that `server.json` may name. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type Rest = Partial<Pick<DeploymentCheck, 'subject' | 'remedy'>>;

const check =
  (status: DeploymentCheck['status']) =>
  (name: CheckName, message: string, { subject = null, remedy = null }: Rest = {}): DeploymentCheck => ({
    name,
    subject,
    status,
    message,
    remedy,
  });

export const ok = check('ok');
export const warn = check('warn');
export const fail = check('fail');
