import { join } from 'node:path';

/** A client whose configuration can be read. */
export type ClientName = 'claude' | 'cursor' | 'vscode';

/** Where the files of clients are. */
export interface ClientPlaces {
  readonly home: string;
  /** The project: some clients keep servers there. */
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  /** `APPDATA`, on Windows. */
  readonly app_data?: string | undefined;
}

/**
 * The files in which a client keeps its MCP servers: those of the project first.
 *
 * @example
 * import { clientFiles } from '@wcp/mcp';
 *
 * console.log(clientFiles('cursor', { home: '/home/ada', cwd: '/srv', platform: 'linux' })); // ['/srv/.cursor/mcp.json', …]
 */
export function clientFiles(client: ClientName, places: ClientPlaces): readonly string[] {
  return FILES[client](places);
}

const FILES: Readonly<Record<ClientName, (places: ClientPlaces) => readonly string[]>> = {
  claude: (places) => [
    join(places.cwd, '.mcp.json'),
    join(places.home, '.claude.json'),
    join(applicationData(places), 'Claude', 'claude_desktop_config.json'),
  ],
  cursor: ({ cwd, home }) => [join(cwd, '.cursor', 'mcp.json'), join(home, '.cursor', 'mcp.json')],
  vscode: (places) => [
    join(places.cwd, '.vscode', 'mcp.json'),
    join(applicationData(places), 'Code', 'User', 'mcp.json'),
    join(applicationData(places), 'Code', 'User', 'settings.json'),
  ],
};

function applicationData({ home, platform, app_data }: ClientPlaces): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  if (platform === 'win32') return app_data ?? join(home, 'AppData', 'Roaming');
  return join(home, '.config');
}
