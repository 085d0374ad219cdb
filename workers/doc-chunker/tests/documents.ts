/** Documents to cut: a written one, and a generator of random ones. */
export const HANDBOOK = `---
title: Handbook
---

Before any heading. Two sentences.

# Handbook

## Keeping the lamp

The lamp is lit at dusk. Dr. Marsh lights it, e.g. with a match. It burns until dawn.

- Oil is poured in the morning.
- The glass is wiped at noon.

\`\`\`sh
# not a heading
light --lamp

## nor this
\`\`\`

Fog
---

When there is fog, the horn is sounded. Nobody sleeps.

# Visitors #

They come by boat.

## Nothing here
`;

/** Random numbers from 0 up to a bound; a seed always gives the same ones. */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const PARTS = [
  'word ',
  'The end. ',
  'a',
  'Über ',
  '漢字。',
  '😀',
  '👨‍👩‍👧',
  '🇩🇪',
  'e\u0301',
  ' \u0301',
  '\u200d',
  '\ufeff',
  '\u00a0',
  'x'.repeat(90),
  ' '.repeat(50),
  '\n',
  '\n\n',
  '\r\n',
  '\r\n\r\n',
  '\n\n\n   ',
  '\n# Head\n',
  '\n## Sub part\n\n',
  '\n\n###### Deep ######\n',
  '\nSet\n===\n',
  '\nUnder\n---\n',
  '\n```\n# code\n```\n',
  '\n~~~\n',
  '\n    indented\n',
  '\n- item',
  '\n1. one',
  '\n> quoted',
  '| a | b |\n',
  '<!-- x',
  '-->',
  '\n<pre>\n',
  '</pre>\n',
  '<|endoftext|>',
  '123456',
  '."?! ',
  '\u2028',
  '\0',
  '`',
  '#',
  '-',
  '\t',
];

/** A random document of fewer than `limit` parts. */
export function randomDocument(random: (below: number) => number, limit: number): string {
  return Array.from({ length: random(limit) }, () => PARTS[random(PARTS.length)]).join('');
}
