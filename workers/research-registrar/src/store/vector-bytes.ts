/**
 * A vector as it is stored, 32 bits a number, at unit length; null for one without a direction.
 * Divided by its greatest number first: a number that is finite in 64 bits may overflow or vanish in 32.
 */
export function vectorBytes(vector: readonly number[]): Uint8Array | null {
  const greatest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (greatest === 0) return null;
  const scaled = vector.map((value) => value / greatest);
  const length = Math.sqrt(scaled.reduce((total, value) => total + value * value, 0));
  return new Uint8Array(Float32Array.from(scaled, (value) => value / length).buffer);
}
