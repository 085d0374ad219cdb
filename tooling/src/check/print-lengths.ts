/** `npm run lengths`: the lengths of the functions of each package, and how many files its folders hold. */
import { ROOT } from '../repository/root.ts';
import { measureFolders } from './folder-size.ts';
import { measurePackages } from './lengths.ts';

const folders = measureFolders(ROOT);
console.log(`${'package'.padEnd(30)}functions   p50   p90   max   files a folder   fullest folder`);
for (const { folder, functions, p50, p90, longest } of measurePackages(ROOT)) {
  const own = folders.filter(({ path }) => `${path}/`.startsWith(`${folder}/src/`));
  const files = own.reduce((sum, { files }) => sum + files, 0);
  const fullest = own.toSorted((a, b) => b.files - a.files)[0];
  const numbers = [functions.length, p50, p90, longest?.lines ?? 0];
  const columns = numbers.map((number, index) => String(number).padStart(index === 0 ? 9 : 6)).join('');
  const mean = (files / Math.max(1, own.length)).toFixed(1).padStart(17);
  console.log(`${folder.padEnd(30)}${columns}${mean}   ${fullest?.files ?? 0} in ${fullest?.path ?? '-'}`);
}
