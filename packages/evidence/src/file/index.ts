export {
  openRegularFile,
  type RegularFileOptions,
  readRegularFile,
  readRegularFileSync,
  withRegularFile,
} from './regular-file.ts';
