/** The signs that end a sentence, and the private characters that stand for them inside code. */
const STOPS = '.!?';
const HIDDEN = ['\ue000', '\ue001', '\ue002'] as const;

/** Hides the stops of a piece of code, so that no sentence ends inside of it. */
export function hideStops(code: string): string {
  return code.replace(/[.!?]/g, (stop) => HIDDEN[STOPS.indexOf(stop)] ?? stop);
}

/** Brings hidden stops back. */
export function showStops(text: string): string {
  return text.replace(/[\ue000-\ue002]/g, (hidden) => STOPS[hidden.charCodeAt(0) - 0xe000] ?? '');
}

/** Whether a token is a sign that joins the parts of an identifier. */
export function joinsIdentifier(token: string | undefined): boolean {
  return token !== undefined && /^[._\ue000]+$/.test(token);
}
