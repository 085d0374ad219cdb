import { expect, test } from 'vitest';
import { readModelServer } from '../src/embed-with-server.ts';

const read = (WCP_OLLAMA_URL?: string, WCP_OLLAMA_MODEL?: string) =>
  readModelServer({ WCP_OLLAMA_URL, WCP_OLLAMA_MODEL });

test('Without WCP_OLLAMA_URL there is no model server.', () => {
  expect([read(), read(''), read('', 'm'), read(undefined, 'm')]).toEqual(['none', 'none', 'none', 'none']);
});

test.each([
  ['http://127.0.0.1:11434', 'http://127.0.0.1:11434/api/embed'],
  ['http://127.0.0.1:11434/', 'http://127.0.0.1:11434/api/embed'],
  ['https://models.example/ollama//', 'https://models.example/ollama/api/embed'],
])('The address %s leads to the endpoint %s.', (address, endpoint) => {
  expect(read(address, 'm')).toMatchObject({ model: 'm', endpoint: { href: endpoint } });
});

test.each([
  ['http://127.0.0.1:11434', undefined],
  ['http://127.0.0.1:11434', ''],
  ['127.0.0.1:11434', 'm'],
  ['file:///tmp', 'm'],
  ['http://user:word@host', 'm'],
  ['http://host/?key=1', 'm'],
  ['http://host/#part', 'm'],
  ['http://', 'm'],
])('The address %s with the model %s cannot be used.', (address, model) => {
  expect(read(address, model)).toBe('unusable');
});
