import { describe, expect, it } from 'vitest';
import { SUMMARIES } from '../src/commands/summaries.ts';
import { start, wcp, wcpJson } from './support/support.ts';

const COMMANDS = [
  'route',
  'explain',
  'rules check',
  'rules test',
  'rules format',
  'rules suggest',
  'validate',
  'catalog search',
  'catalog show',
  'catalog browse',
  'keygen',
  'serve',
  'dispatch',
  'approvals list',
  'approvals show',
  'approvals approve',
  'approvals deny',
  'approvals escalate',
  'workers list',
  'workers show',
  'workers enrol',
  'workers remove',
  'receipts list',
  'receipts export',
  'receipts verify',
  'receipts tree',
  'dead-letters list',
  'dead-letters replay',
  'dead-letters purge',
  'exports list',
  'exports refused',
  'exports retry',
  'pipeline run',
  'conformance run',
  'conformance list',
  'conformance show',
  'replay',
  'keys list',
  'keys create',
  'keys rotate',
  'keys revoke',
  'authorities list',
  'authorities add',
  'authorities revoke',
  'freeze',
  'release',
  'freezes',
  'health',
  'attest hash',
  'attest build',
  'attest verify',
  'bans make',
  'bans publish',
  'bans subscribe',
  'bans check',
  'mcp wrap',
  'mcp serve',
  'mcp list',
  'mcp diff',
  'mcp enrol',
  'mcp test',
  'mcp import',
  'mcp undo',
  'demo',
  'version',
  'store migrate',
];

describe('every command', () => {
  it.each(COMMANDS)('Command %s has help with an example, --json and its exit codes.', async (command) => {
    const { code, out, err } = await wcp([...command.split(' '), '--help']);
    expect(out).toContain(`Usage: wcp ${command} `);
    expect(out).toContain(`Example:\n  $ wcp ${command}`);
    expect(out).toMatch(/^ {2}--json /m);
    expect(out).toMatch(/^Exit codes: 0/m);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it.each(COMMANDS)('Command %s refuses an unknown option and exits 2.', async (command) => {
    const { code, out, err } = await wcp([...command.split(' '), '--jsn']);
    expect(err).toContain(`Run \`wcp ${command} --help\``);
    expect(err).not.toMatch(/ {4}at /);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});

describe('wcp', () => {
  it('The help without a command lists every command with its summary.', async () => {
    const { out } = await wcp(['--help']);
    const words = out.replace(/\s+/g, ' ');
    for (const [name, summary] of Object.entries(SUMMARIES)) expect(words).toContain(` ${name} ${summary}`);
  });

  it('Help for a command is the same before and after its name, and lists what a group has.', async () => {
    for (const name of ['route', 'rules', 'freezes']) {
      const { out } = await wcp([name, '--help']);
      expect(out).toContain(`Usage: wcp ${name} `);
      expect((await wcp(['help', name])).out).toBe(out);
    }
  });

  it('Without a command wcp shows the help and exits 2.', async () => {
    const { code, out, err } = await wcp([]);
    expect(err).toContain('Usage: wcp ');
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('A misspelled command or option gets a suggestion of what was meant.', async () => {
    expect((await wcp(['rout'])).err).toContain('Did you mean route?');
    expect((await wcp(['rules', 'chek'])).err).toContain('Did you mean check?');
    expect((await wcp(['version', '--jsn'])).err).toContain('Did you mean --json?');
  });

  it('Wrong usage is reported as JSON with --json.', async () => {
    const { code, err, json } = await wcpJson(['route']);
    expect(json).toMatchObject({ ok: false, problems: [{ code: 'USAGE' }] });
    expect({ code, err }).toEqual({ code: 2, err: '' });
  });

  it('The command version prints its versions.', async () => {
    const { json } = await wcpJson(['version']);
    expect(json).toMatchObject({
      wcp: expect.stringMatching(/^\d+\.\d+\.\d+/),
      protocol: '0.2',
      catalog: '1.1.0',
    });
    expect((await wcp(['--version'])).code).toBe(0);
  });

  it('No colours are written without a terminal, whatever the environment says.', async () => {
    const { out, err } = await wcp(['catalog', 'show', 'cap.doc.summarize'], { env: { FORCE_COLOR: '1' } });
    expect(out + err).not.toContain('\u001b');
  });

  it('A reader that closes the pipe does not change the exit code of a command.', async () => {
    const ended = (args: readonly string[]) =>
      new Promise<{ code: number | null; err: string }>((resolve) => {
        const child = start(args);
        let err = '';
        child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
          err += chunk;
        });
        child.stdout?.destroy();
        child.on('close', (code) => resolve({ code, err }));
      });
    expect(await ended(['catalog', 'browse', '--json'])).toEqual({ code: 0, err: '' });
    expect(await ended(['catalog', 'show', 'nothing', '--json'])).toMatchObject({ code: 1 });
  });
});

it.each([
  [['\u001b[2J\u001b]0;title\u0007oops'], "error: unknown command '\\u001b[2J\\u001b]0;title\\u0007oops'"],
  [['route', '--\u009bevil\nerror: none'], "error: unknown option '--\\u009bevil\\u000aerror: none'"],
  [['keys', 'x\u202ey'], "error: unknown command 'x\\u202ey'"],
  [['validat'], "error: unknown command 'validat'\n(Did you mean validate?)"],
])('What the user typed or pasted is repeated without control characters: %j', async (args, message) => {
  const { code, err } = await wcp(args);
  expect(code).toBe(2);
  expect(err.startsWith(`${message}\n`)).toBe(true);
  expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});
