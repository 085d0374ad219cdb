import { catalog } from '@wcp/spec/catalog';
import { compileWorld, decide } from '../dist/index.js';
import { generateCase } from './naive/generate.ts';
import { naiveDecide } from './naive/model.ts';
const profiles = Object.fromEntries(catalog.entities.filter((e) => e.type === 'profile').map((e) => [e.id, [...(e.controls_required ?? [])]]));
const strip = (v: unknown): unknown => Array.isArray(v) ? v.map(strip) : typeof v !== 'object' || v === null ? v : Object.fromEntries(Object.entries(v).map(([n, m]) => [n, n === 'message' ? '' : strip(m)]));
const sort = (v: unknown): unknown => Array.isArray(v) ? v.map(sort) : typeof v !== 'object' || v === null ? v : Object.fromEntries(Object.entries(v).sort(([a],[b])=>a<b?-1:1).map(([n, m]) => [n, sort(m)]));
const groups = new Map<string, number[]>();
const N = Number(process.argv[2] ?? 3000), S = Number(process.argv[3] ?? 0);
for (let seed = S; seed < S + N; seed++) {
  const { documents, facts, input } = generateCase(seed, profiles);
  const { catalog_version, ...rest } = documents as any;
  const world = compileWorld(Object.hasOwn(documents, 'catalog_version') ? { ...rest, catalogVersion: catalog_version } : rest);
  const a = sort(strip(decide(world, facts, input))) as any, b = sort(strip(naiveDecide(documents, facts, input, profiles))) as any;
  const diff = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => JSON.stringify(a[k]) !== JSON.stringify(b[k]));
  if (diff.length) { const key = `${a.deny_code ?? a.outcome} vs ${b.deny_code ?? b.outcome}: ${a.deny_code!==b.deny_code?'':diff.join(',')}`; groups.set(key, [...(groups.get(key) ?? []), seed]); 
   if (process.argv[4]) { console.log(seed, JSON.stringify(a.deny_reason_if_denied), JSON.stringify(b.deny_reason_if_denied), JSON.stringify(world.diagnostics.filter((d:any)=>d.level==='error')), diff.map(k=>[k,JSON.stringify(a[k]),JSON.stringify(b[k])].join(' ')).slice(0,6).join('\n')); console.log(JSON.stringify(documents).slice(0, 3000));} }
}
for (const [k, s] of [...groups].sort((x, y) => y[1].length - x[1].length)) console.log(s.length, k, s.slice(0, 4));
