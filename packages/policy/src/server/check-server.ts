import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { PolicyFinding } from '../base/policy-finding.ts';
import type { ServerOptions } from './server-options.ts';

/** What is wrong with how a server is named; empty where nothing is. No server is asked. */
export function checkServer({ url, token, ca }: ServerOptions): PolicyFinding[] {
  const findings: PolicyFinding[] = [];
  const address = URL.parse(url);
  // A lone "?" or "#" is no part of what is parsed, and would still end the path.
  if (address === null || !isServer(address) || /[?#\s]/.test(url)) findings.push(badAddress());
  if (token !== undefined && !TOKEN.test(token)) findings.push(badToken());
  if (ca !== undefined && !isCertificate(ca)) findings.push(badAuthority());
  return findings;
}

/** What nobody can check of a server that passed {@link checkServer}. */
export function uncheckedOf({ url }: ServerOptions): string[] {
  const { protocol, hostname, origin } = new URL(url);
  if (protocol === 'https:' || isLoopback(hostname)) return [];
  return [`${origin} is not encrypted: whoever is on the way can read it, and answer in its place.`];
}

/** What a header can carry as a bearer token (RFC 6750). */
const TOKEN = /^[A-Za-z0-9._~+/-]{1,8192}=*$/;

function isServer({ protocol, username, password, search, hash }: URL): boolean {
  const isWeb = protocol === 'http:' || protocol === 'https:';
  return isWeb && username === '' && password === '' && search === '' && hash === '';
}

/** Every certificate of the text, not only the first one. */
function isCertificate(pem: string): boolean {
  const parts = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return parts.map((part) => new X509Certificate(part)).length > 0;
  } catch {
    return false;
  }
}

function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIP(hostname) === 4 && hostname.startsWith('127.');
}

function badAddress(): PolicyFinding {
  return serverFinding(
    'POLICY_SERVER_ADDRESS',
    'url is not the address of a server.',
    'Give one that begins with http:// or https:// and holds no password, query or fragment, such as http://127.0.0.1:8181.',
  );
}

function badToken(): PolicyFinding {
  return serverFinding(
    'POLICY_SERVER_TOKEN',
    'The token is empty, too long, or has a character that no bearer token has.',
    'Set the variable to the token alone, without "Bearer" and without quotes.',
  );
}

function badAuthority(): PolicyFinding {
  return serverFinding(
    'POLICY_SERVER_CA',
    'ca holds no certificate, or one that cannot be read.',
    'Give the certificate of the authority in PEM: a text that begins with -----BEGIN CERTIFICATE-----.',
  );
}

function serverFinding(code: string, message: string, remedy: string): PolicyFinding {
  return { file: null, line: null, code, message, remedy };
}
