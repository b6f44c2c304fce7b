/** Hashes of a line's values in a column of bytes: one that says what the rest means, then 8 each (a double, little endian: they are safe integers). */

/** Raised when other values are taken from a line than before (`valuesOf`): what is stored with another number is read from the text again. */
export const VALUES_FORMAT = 1

export function packValues(values: readonly number[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(1 + 8 * values.length)
  bytes.writeUInt8(VALUES_FORMAT, 0)
  values.forEach((value, i) => bytes.writeDoubleLE(value, 1 + 8 * i))
  return bytes
}

/** Null where they have to be read from the text. */
export function unpackValues(bytes: Buffer | null): number[] | null {
  if (bytes === null || bytes[0] !== VALUES_FORMAT) return null
  const values: number[] = []
  for (let at = 1; at < bytes.length; at += 8) values.push(bytes.readDoubleLE(at))
  return values
}
