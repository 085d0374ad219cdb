import { loadPackage } from '../base/load-package.ts';

/** The library that reads what authorities of timestamps answer. */
export type Pkijs = typeof import('pkijs');

/** @throws {WcpError} `ERR_WCP_NOT_INSTALLED` */
export function loadPkijs(): Promise<Pkijs> {
  return loadPackage(() => import('pkijs'), 'The verification of a timestamp', 'pkijs asn1js');
}
