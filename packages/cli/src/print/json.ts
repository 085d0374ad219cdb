import { escapeText } from '@wcp/spec/json';

/** JSON for programs, indented by two spaces; characters that could control a terminal are escaped. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replace(CONTROL_CHARACTERS, escapeText)}\n`;
}

/** The same on one line. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value).replace(CONTROL_CHARACTERS, escapeText)}\n`;
}

const CONTROL_CHARACTERS = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
