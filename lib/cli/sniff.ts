/** What a file is packed in, told by its first bytes; its name may say anything. Pure. */

/** Enough for the magic numbers and for a tar header. */
export const SNIFF_BYTES = 512

export type Packing = { kind: 'plain' | 'gzip' | 'zip' } | { kind: 'foreign'; name: string; unpack: string }

const FOREIGN: [bytes: number[], name: string, unpack: string][] = [
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd', 'zstd -dc FILE | bin/specter import -'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz', 'xz -dc FILE | bin/specter import -'],
  [[0x42, 0x5a, 0x68], 'bzip2', 'bzip2 -dc FILE | bin/specter import -'],
  [[0x37, 0x7a, 0xbc, 0xaf], '7-Zip', 'unpack it and import the folder'],
  [[0x50, 0x41, 0x52, 0x31], 'Parquet', 'export it as NDJSON first'],
]

const TAR = { offset: 257, bytes: [0x75, 0x73, 0x74, 0x61, 0x72] }

/**
 * `head` is the beginning of the file, up to SNIFF_BYTES. Formats that would be stored as garbage lines are named, with the
 * way to unpack them. `<Buffer 1f 8b …>` -> `{kind: 'gzip'}`
 */
export function packingOf(head: Uint8Array): Packing {
  if (begins(head, [0x1f, 0x8b])) return { kind: 'gzip' }
  // A file entry, or the end of an archive without any.
  if (begins(head, [0x50, 0x4b, 0x03, 0x04]) || begins(head, [0x50, 0x4b, 0x05, 0x06])) return { kind: 'zip' }
  if (isTar(head)) return { kind: 'foreign', name: 'tar', unpack: 'tar xf FILE, then import the folder' }
  for (const [bytes, name, unpack] of FOREIGN) if (begins(head, bytes)) return { kind: 'foreign', name, unpack }
  return { kind: 'plain' }
}

/** Whether unpacked bytes are a tar archive: one inside gzip looks like any other gzip. */
export function isTar(head: Uint8Array): boolean {
  return begins(head.subarray(TAR.offset), TAR.bytes)
}

function begins(head: Uint8Array, bytes: readonly number[]): boolean {
  return head.length >= bytes.length && bytes.every((byte, i) => head[i] === byte)
}
