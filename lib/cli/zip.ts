/** A .zip file as deliveries: each entry is one, unpacked while it is sent. */
import { Readable } from 'node:stream'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { nameOf, type Delivery, type LeftOut, type Plan } from './delivery'
import { packingOf } from './sniff'

/** The server refuses gzip that grows more than this; an entry is unpacked here, so the same rule is kept here. */
const MAX_RATIO = 200
const RATIO_FROM_BYTES = 64 * 1024 * 1024

/** `source` replaces the names of the entries. Throws where the file is no readable archive; the archive stays open until `close`. */
export async function planZip(path: string, { label, source }: { label: string; source: string | undefined }): Promise<Plan> {
  const zip = await openPromise(path, { autoClose: false })
  const deliveries: Delivery[] = []
  const leftOut: LeftOut[] = []
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue
      const entryLabel = `${label}: ${entry.fileName}`
      const unwanted = whyNot(entry)
      if (unwanted) leftOut.push({ label: entryLabel, ...unwanted })
      else deliveries.push(toDelivery(zip, entry, { label: entryLabel, name: source ?? nameOf(entry.fileName) }))
    }
  } catch (error) {
    zip.close()
    throw error
  }
  return { deliveries, leftOut, close: () => zip.close() }
}

function whyNot(entry: Entry): { reason: string; failed: boolean } | undefined {
  if (entry.fileName.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')) return { reason: 'hidden', failed: false }
  if (entry.isEncrypted()) return { reason: 'is encrypted', failed: true }
  if (!entry.canDecodeFileData())
    return { reason: `is packed by method ${entry.compressionMethod}, which can’t be read; unpack the zip and import the folder`, failed: true }
  if (entry.uncompressedSize > RATIO_FROM_BYTES && entry.uncompressedSize > entry.compressedSize * MAX_RATIO)
    return { reason: `grows more than ${MAX_RATIO} times when it is unpacked, which no log does`, failed: true }
  return undefined
}

function toDelivery(zip: ZipFile, entry: Entry, { label, name }: { label: string; name: string }): Delivery {
  return {
    name,
    label,
    bytes: entry.uncompressedSize,
    modifiedMs: Math.max(0, entry.getLastModDate().getTime() || 0),
    // A .gz inside is told by its first bytes at the other end.
    gzip: false,
    open: async () => Readable.from(checked(await zip.openReadStreamPromise(entry)), { objectMode: false }),
    canRepeat: () => true,
  }
}

/** The first bytes decide as those of a file do, but only when they are read: opening every entry beforehand would read the zip twice. */
async function* checked(stream: Readable): AsyncGenerator<Buffer> {
  let first = true
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (first) {
      const packing = packingOf(chunk)
      if (packing.kind === 'zip') throw new Error('is a zip inside a zip; unpack the outer one and import the folder')
      if (packing.kind === 'foreign') throw new Error(`is ${packing.name} inside a zip; unpack both and import the folder`)
      first = false
    }
    yield chunk
  }
}
