/** The Node that the published packages need. */
const NEEDED = [22, 18] as const;

/** What is said of the Node that runs this. */
interface NodeCheck {
  readonly name: 'node';
  readonly subject: null;
  readonly status: 'ok' | 'fail';
  readonly message: string;
  readonly remedy: string | null;
}

/** Whether a version of Node is new enough for a Hall. */
export function nodeCheck(version: string): NodeCheck {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
  const about = { name: 'node', subject: null } as const;
  if (isEnough) return { ...about, status: 'ok', message: `This is Node ${version}.`, remedy: null };
  const message = `This is Node ${version}; a Hall needs ${NEEDED.join('.')} or newer.`;
  return { ...about, status: 'fail', message, remedy: 'npm install --global node@24' };
}
