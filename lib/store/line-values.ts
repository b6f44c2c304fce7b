/**
 * Hashes of a line's values in a column of bytes: one that says what the rest means, then 8 each (a double, little endian: they are safe integers), then
 * 2 each for their fields.
 */

/** Raised when other values are taken from a line than before (`typedValues`): what is stored with another number is read from the text again. */
export const VALUES_FORMAT = 2

/** Values and the numbers of their fields, below 2^16, in one order. */
export interface LineValues {
  values: number[]
  fields: number[]
}

export function packValues({ values, fields }: LineValues): Uint8Array {
  const bytes = Buffer.allocUnsafe(1 + 10 * values.length)
  bytes.writeUInt8(VALUES_FORMAT, 0)
  values.forEach((value, i) => bytes.writeDoubleLE(value, 1 + 8 * i))
  fields.forEach((field, i) => bytes.writeUInt16LE(field, 1 + 8 * values.length + 2 * i))
  return bytes
}

/** Null where they have to be read from the text. */
export function unpackValues(bytes: Buffer | null): LineValues | null {
  if (bytes === null || bytes[0] !== VALUES_FORMAT) return null
  const count = (bytes.length - 1) / 10
  const values = Array.from({ length: count }, (_, i) => bytes.readDoubleLE(1 + 8 * i))
  return { values, fields: Array.from({ length: count }, (_, i) => bytes.readUInt16LE(1 + 8 * count + 2 * i)) }
}
