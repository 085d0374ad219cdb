import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { EXIT } from '../../base/exit-code.ts';
import type { Colours, Terminal } from '../../base/terminal.ts';
import { buildTree } from '../../dispatch-tree/build-tree.ts';
import type { DispatchNode } from '../../dispatch-tree/dispatch-node.ts';
import {
  type DispatchRecords,
  dispatchesFromBundle,
  dispatchesFromHall,
} from '../../dispatch-tree/read-dispatches.ts';
import { jsonText } from '../../print/json.ts';
import { count, escaped } from '../../print/layout.ts';
import { alignColumns } from '../../print/table.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';

interface Options extends HallOptions {
  readonly bundle?: string;
}

/** `wcp receipts tree`: the decisions under a correlation id, and which dispatch led to which (section 9.5). */
export function addTree(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = registerHall(group, 'tree', {
    summary: 'Show a chain of dispatches as a tree, with the blast spent and the outcomes.',
    example: 'wcp receipts tree try-1\n  $ wcp receipts tree try-1 --bundle evidence/',
    exits: '0 shown, 1 nothing was decided under this id, 2 wrong usage or bad input, or the Hall refused.',
  });
  command
    .argument('<correlation>', 'the correlation id')
    .option('--bundle <dir>', 'read a folder of `wcp receipts export DIR --decisions` instead of a Hall')
    .action(async (correlation: string, options: Options) => {
      const { records, receipts } = await read(terminal, correlation, options);
      const tree = buildTree(records, receipts);
      if (options.json) terminal.write(jsonText({ correlation_id: correlation, tree }));
      else if (tree.length === 0) terminal.write(`Nothing was decided under ${escaped(correlation)}.\n`);
      else terminal.write(treeText(correlation, tree, terminal.colours));
      exitWith(tree.length === 0 ? EXIT.found : EXIT.ok);
    });
}

function read(terminal: Terminal, correlation: string, options: Options): Promise<DispatchRecords> {
  const { bundle, url, key } = options;
  if (bundle === undefined) return dispatchesFromHall(hallOf(terminal, options), correlation);
  if (url === undefined && key === undefined) return dispatchesFromBundle(terminal, bundle, correlation);
  throw usageError('Name either a folder (--bundle) or a Hall (--url, --key), not both.');
}

/** The dispatch chains under a correlation id, a tree for each tenant that uses it. */
function treeText(correlation: string, roots: readonly DispatchNode[], colours: Colours): string {
  const tenants = [...new Set(roots.map(({ tenant_id }) => tenant_id))];
  return tenants
    .map((tenant) => {
      const of = tenants.length === 1 ? '' : ` of the tenant ${escaped(tenant ?? '(none)')}`;
      const own = roots.filter(({ tenant_id }) => tenant_id === tenant);
      return chainText(`${colours.bold(escaped(correlation))}${of}`, own);
    })
    .join('');
}

/** A dispatch chain as a tree, one decision per line. */
function chainText(name: string, roots: readonly DispatchNode[]): string {
  const lines = linesOf(roots);
  const spent = Math.max(...lines.map(({ node }) => node.blast_score));
  const head = `${name}: ${count(lines.length, 'decision')}, blast ${spent}\n`;
  const cells = lines.map(cellsOf);
  return (
    head +
    alignColumns(cells)
      .map((text) => `${text.trimEnd()}\n`)
      .join('')
  );
}

interface Line {
  readonly branch: string;
  readonly node: DispatchNode;
}

/** Depth first and not recursive: an attacker may choose how deep the evidence goes. */
function linesOf(roots: readonly DispatchNode[]): Line[] {
  const lines: Line[] = [];
  const pending = inOrder(roots, '');
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, margin, isLast } = next;
    lines.push({ branch: `${margin}${isLast ? '└─ ' : '├─ '}`, node });
    pending.push(...inOrder(node.children, `${margin}${isLast ? '   ' : '│  '}`));
  }
  return lines;
}

/** Last first, since they are taken from the end. */
function inOrder(nodes: readonly DispatchNode[], margin: string) {
  return nodes.map((node, index) => ({ node, margin, isLast: index === nodes.length - 1 })).reverse();
}

function cellsOf({ branch, node }: Line): string[] {
  const { blast_own, blast_score, duration_ms, decision_id, absent_parent, worker_id } = node;
  const spent = blast_own === null ? '' : `blast +${blast_own}, ${blast_score} so far`;
  const took = duration_ms === null ? '' : `, ${Math.round(duration_ms)} ms`;
  const who = [
    escaped(worker_id ?? ''),
    escaped(decision_id ?? ''),
    absent_parent === null ? '' : `(called from ${escaped(absent_parent)}, which is not here)`,
  ];
  return [
    `${branch}${nameOf(node)}`,
    `${verdictOf(node)}${took}`,
    spent,
    who.filter((part) => part !== '').join('  '),
  ];
}

function nameOf({ capability_id }: DispatchNode): string {
  return escaped(capability_id ?? '(no capability)');
}

function verdictOf({ outcome, deny_code, supervisor_level, status }: DispatchNode): string {
  if (outcome === 'DENY') return `DENIED ${escaped(deny_code ?? '')}`;
  if (outcome === 'STEWARD_HOLD') return `HELD ${escaped(supervisor_level ?? '')}`;
  return escaped(status ?? 'not executed');
}
