import { describe, expect, it } from 'vitest';
import { allowedHosts, egressAllowlist } from '../../../src/pipeline/hall/fetch-hosts.ts';

const FILE = 'data:text/plain;base64,YQ==';

describe('the places that the fetcher may reach', () => {
  it('A file needs no place: those of the published record stay.', () => {
    expect(egressAllowlist(['example.com'], [], FILE)).toEqual(['example.com']);
  });

  it.each([
    ['https://acme.example/a', ['acme.example:443']],
    ['https://acme.example:8443/', ['acme.example:8443']],
    ['http://acme.example/', ['acme.example:80', 'acme.example:443']],
    ['http://acme.example:8080/', ['acme.example:8080']],
    ['http://[2001:DB8::1]:8080/', ['[2001:db8::1]:8080']],
  ])('A page at %s needs its host and port.', (url, places) => {
    expect(egressAllowlist([], [], url)).toEqual(places);
  });

  it.each([
    ['127.0.0.1:8000', ['127.0.0.1:8000']],
    ['intranet.acme.example', ['intranet.acme.example:80', 'intranet.acme.example:443']],
    ['::1', ['[::1]:80', '[::1]:443']],
    ['[::1]:8080', ['[::1]:8080']],
    ['[::1]', ['[::1]:80', '[::1]:443']],
  ])('The allowed host %s is named with its port, or with those of the web.', (entry, places) => {
    expect(allowedHosts([entry], FILE)).toEqual(places);
    expect(egressAllowlist([], [entry], FILE)).toEqual(places);
  });

  it('An allowed host without a port is named with that of the document too.', () => {
    expect(allowedHosts(['127.0.0.1'], 'http://127.0.0.1:8000/')).toEqual([
      '127.0.0.1:80',
      '127.0.0.1:443',
      '127.0.0.1:8000',
    ]);
  });

  it('A range names no place: of it, the host of the document counts.', () => {
    expect(allowedHosts(['10.0.0.0/8'], FILE)).toEqual([]);
    expect(allowedHosts(['10.0.0.0/8'], 'http://10.1.2.3:8000/')).toEqual(['10.1.2.3:8000']);
  });
});
