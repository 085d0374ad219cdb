import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { folderOf, scratch, wcp, wcpJson } from '../../support/support.ts';

const RAW = "import { tool } from 'ai';\nexport const add = tool({});\n";
const GOVERNED =
  "import { tool } from 'ai';\nimport { govern } from '@wcp/agents/ai';\nexport const t = govern(g, tool({}));\n";

test('An ungoverned tool is shown with its place, and what no reading can find is said.', async () => {
  const dir = folderOf({ 'tools.ts': RAW, 'governed.ts': GOVERNED });
  const { code, out } = await wcp(['agents', 'check', dir]);
  expect(code).toBe(1);
  expect(out).toMatch(/tools\.ts:2: UNGOVERNED_TOOL \(ai\): /);
  expect(out).toContain('2 files, 2 tools, 1 findings. Not seen: ');
});

test('A project whose tools are governed is fine; packages, builds, links and declarations are left out.', async () => {
  const dir = folderOf({ 'governed.ts': GOVERNED, 'types.d.ts': RAW, 'notes.md': RAW });
  for (const left of ['node_modules', 'dist', '.cache']) {
    mkdirSync(join(dir, left));
    writeFileSync(join(dir, left, 'raw.js'), RAW);
  }
  symlinkSync(folderOf({ 'raw.ts': RAW }), join(dir, 'linked'));
  const { code, json } = await wcpJson(['agents', 'check', dir]);
  expect(code).toBe(0);
  expect(json).toMatchObject({ ok: true, files: 1, tools: 1, findings: [] });
  // What might hold a tool and was not read is named.
  expect((json as { left_out: string[] }).left_out.map((path) => basename(path))).toEqual(['dist', 'linked']);
});

test('A file that is no source text is a finding; no sources at all is wrong usage.', async () => {
  const dir = folderOf({ 'broken.ts': 'const = ;' });
  expect(await wcp(['agents', 'check', dir])).toMatchObject({ code: 1 });
  expect(await wcp(['agents', 'check', scratch()])).toMatchObject({ code: 2, out: '' });
  expect(await wcp(['agents', 'check', join(dir, 'absent')])).toMatchObject({ code: 2, out: '' });
});
