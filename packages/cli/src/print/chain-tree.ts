import type { Colours } from '../terminal.ts';
import type { ChainNode } from '../tree/chain-node.ts';
import { count, escaped } from './layout.ts';

/** A chain as a tree, each decision on a line. */
export function chainTreeText(correlation: string, roots: readonly ChainNode[], colours: Colours): string {
  const lines = linesOf(roots);
  const spent = Math.max(...lines.map(({ node }) => node.blast_score));
  const head = `${colours.bold(escaped(correlation))}: ${count(lines.length, 'decision')}, blast ${spent}\n`;
  const cells = lines.map(cellsOf);
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((line) => (line[column] ?? '').length)));
  const texts = cells.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return head + texts.map((text) => `${text.trimEnd()}\n`).join('');
}

interface Line {
  readonly branch: string;
  readonly node: ChainNode;
}

/** Depth first, without a call for each level: how deep evidence goes, its author says. */
function linesOf(roots: readonly ChainNode[]): Line[] {
  const lines: Line[] = [];
  const waiting = inOrder(roots, '');
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, margin, isLast } = next;
    lines.push({ branch: `${margin}${isLast ? '└─ ' : '├─ '}`, node });
    waiting.push(...inOrder(node.children, `${margin}${isLast ? '   ' : '│  '}`));
  }
  return lines;
}

/** The last first, as they are taken from the end. */
function inOrder(nodes: readonly ChainNode[], margin: string) {
  return nodes.map((node, index) => ({ node, margin, isLast: index === nodes.length - 1 })).reverse();
}

function cellsOf({ branch, node }: Line): string[] {
  const { blast_own, blast_score, duration_ms, decision_id, absent_parent, worker_id } = node;
  const spent = blast_own === null ? '' : `blast +${blast_own}, ${blast_score} so far`;
  const took = duration_ms === null ? '' : `, ${Math.round(duration_ms)} ms`;
  const who = [
    escaped(worker_id ?? ''),
    escaped(decision_id ?? ''),
    absent_parent === null ? '' : `(asked for under ${escaped(absent_parent)}, which is not here)`,
  ];
  return [
    `${branch}${nameOf(node)}`,
    `${verdictOf(node)}${took}`,
    spent,
    who.filter((part) => part !== '').join('  '),
  ];
}

function nameOf({ capability_id }: ChainNode): string {
  return escaped(capability_id ?? '(no capability)');
}

function verdictOf({ outcome, deny_code, supervisor_level, status }: ChainNode): string {
  if (outcome === 'DENY') return `DENIED ${escaped(deny_code ?? '')}`;
  if (outcome === 'STEWARD_HOLD') return `HELD ${escaped(supervisor_level ?? '')}`;
  return escaped(status ?? 'not carried out');
}
