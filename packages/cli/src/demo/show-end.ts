import { join, relative } from 'node:path';
import { escaped } from '../print/layout.ts';
import { WORLD } from './demo-world.ts';
import type { Expectations } from './expectations.ts';
import type { DemoContext } from './run-demo.ts';

/** Says whether everything happened as it must, and how to look at the evidence. */
export function showEnd({ terminal, out }: DemoContext, { checked, failed }: Expectations): void {
  const { green, red, bold } = terminal.colours;
  for (const claim of failed) terminal.write(`${red('This did not happen as it must:')} ${claim}\n`);
  if (failed.length === 0)
    terminal.write(
      `${green(bold(`All of it happened as it must (${checked} checks).`))} Look for yourself:\n`,
    );
  const wcp = commandName();
  const [evidence, damaged, world] = [out, join(out, 'damaged'), join(out, WORLD)].map(escaped);
  const lines = [
    `${wcp} receipts verify ${evidence}`,
    `${wcp} receipts verify ${damaged}`,
    `W=${world}`,
    `${wcp} explain $W/request.json --rules $W/rules.json \\`,
    '    --workers $W/workers.json --config $W/hall.json --facts $W/facts.json',
  ];
  for (const line of lines) terminal.write(`  ${line}\n`);
}

/** How this program is called from here: by its file in the repository, else by its name. */
function commandName(): string {
  const program = process.argv[1] ?? '';
  return program.endsWith('main.js') ? `node ${escaped(relative('', program))}` : 'npx wcp';
}
