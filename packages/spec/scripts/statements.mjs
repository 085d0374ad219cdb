import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TEXT = join(import.meta.dirname, '../../../docs/spec');
const HEADING = /^#+ (.+)$/;
const STATEMENT = /^- \*\*(WCP-[0-9.]+-[0-9]+)\*\* (.+)$/;

/** The numbered statements of the text as a JSON document, one statement a line, in the order of the chapters. */
export function statementsJson() {
  const files = readdirSync(TEXT)
    .filter((file) => file.endsWith('.md'))
    .sort();
  const lines = files
    .flatMap(statementsIn)
    .map(([id, statement]) => `  ${JSON.stringify(id)}: ${JSON.stringify(statement)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

function statementsIn(file) {
  let heading = '';
  return readFileSync(join(TEXT, file), 'utf8')
    .split('\n')
    .flatMap((line) => {
      heading = HEADING.exec(line)?.[1] ?? heading;
      const [, id, text] = STATEMENT.exec(line) ?? [];
      return id === undefined ? [] : [[id, { text: withoutLinks(text), file, heading }]];
    });
}

/** A link of Markdown leads nowhere outside its folder: its text stays. */
function withoutLinks(text) {
  return text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1');
}
