import { join, relative } from 'node:path';
import { escaped } from '../print/layout.ts';
import type { DemoContext } from './demo-context.ts';
import { WORLD_FOLDER } from './demo-world.ts';

/** Says whether everything happened as expected, and how to inspect the evidence. */
export function showEnd({ terminal, out, expectations }: DemoContext): void {
  const { checked, failed } = expectations;
  const { green, red, bold } = terminal.colours;
  for (const claim of failed) terminal.write(`${red('This did not happen as expected:')} ${claim}\n`);
  if (failed.length === 0)
    terminal.write(
      `${green(bold(`Everything happened as expected (${checked} checks).`))} See for yourself:\n`,
    );
  const wcp = commandName();
  const [evidence, damaged, world] = [out, join(out, 'damaged'), join(out, WORLD_FOLDER)].map(escaped);
  const lines = [
    `${wcp} receipts verify ${evidence}`,
    `${wcp} receipts verify ${damaged}`,
    `W=${world}`,
    `${wcp} explain $W/request.json --rules $W/rules.json \\`,
    '    --workers $W/workers.json --config $W/hall.json --facts $W/facts.json',
  ];
  for (const line of lines) terminal.write(`  ${line}\n`);
}

/** How to run this program from here: by its file in the repository, else by its name. */
function commandName(): string {
  const program = process.argv[1] ?? '';
  return program.endsWith('main.js') ? `node ${escaped(relative('', program))}` : 'npx wcp';
}
