/** The paths of the command line as deliveries: files, folders with all that is in them, archives, standard input. */
import { createReadStream } from 'node:fs'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { constants, gunzipSync } from 'node:zlib'
import { nameOf, type Delivery, type LeftOut, type Plan } from './delivery'
import { Replay } from './replay'
import { isTar, packingOf, SNIFF_BYTES, type Packing } from './sniff'
import { reasonOf } from './words'
import { planZip } from './zip'

export interface PlanOptions {
  /** --source: NAME of everything. */
  source: string | undefined
  /** Folder that relative paths belong to. */
  cwd: string
  stdin: Readable
}

/** Big enough that reading costs nothing beside sending, small enough to be no memory. */
const READ_BYTES = 256 * 1024

/** Compressed bytes that surely hold the first 512 unpacked ones, past a gzip header with a file name. */
const HEAD_BYTES = 4096

/** Looks at everything before the first byte is sent, so that the total is known and typing errors are said at once. */
export async function planDeliveries(paths: readonly string[], options: PlanOptions): Promise<Plan> {
  const planner = new Planner(options)
  for (const path of paths) await planner.addArgument(path)
  return planner
}

/** Paths of two files of one NAME: their equal lines are taken for the same lines. Undefined where there is none. */
export function sharedName(deliveries: readonly Delivery[]): { name: string; labels: [string, string] } | undefined {
  const seen = new Map<string, string>()
  for (const { name, label } of deliveries) {
    const other = seen.get(name)
    if (other !== undefined && other !== label) return { name, labels: [other, label] }
    seen.set(name, label)
  }
  return undefined
}

interface FilePlace {
  path: string
  /** The path as a person wrote or would write it. */
  label: string
  name: string
}

class Planner implements Plan {
  readonly deliveries: Delivery[] = []
  readonly leftOut: LeftOut[] = []
  private readonly closers: (() => void)[] = []

  constructor(private readonly options: PlanOptions) {}

  close(): void {
    for (const close of this.closers.splice(0)) close()
  }

  async addArgument(given: string): Promise<void> {
    if (given === '-') return this.addStream({ path: '-', label: 'standard input', name: this.options.source ?? 'stdin' }, this.options.stdin)
    const path = resolve(this.options.cwd, given)
    const place = { path, label: given, name: this.options.source ?? nameOf(basename(path)) }
    await this.attempt(place, async () => {
      const kind = await stat(path)
      if (kind.isDirectory()) await this.addFolder(path, given, '')
      else if (kind.isFile()) await this.addFile(place)
      // Process substitution, `import <(…)`, names a pipe.
      else if (kind.isFIFO() || kind.isCharacterDevice()) await this.addStream(place, createReadStream(path, { highWaterMark: READ_BYTES }))
      else this.leave(place, 'is no file')
    })
  }

  /** `inside` is the path below the folder that was named: NAME of a file is its path there, so that a/app.log and b/app.log differ. */
  private async addFolder(path: string, label: string, inside: string): Promise<void> {
    const entries = await readdir(path, { withFileTypes: true })
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      const name = inside + entry.name
      const place = { path: join(path, entry.name), label: join(label, entry.name), name: this.options.source ?? nameOf(name) }
      if (entry.name.startsWith('.')) this.leave(place, 'hidden', false)
      else if (entry.isDirectory()) await this.attempt(place, () => this.addFolder(place.path, place.label, `${name}/`))
      else await this.attempt(place, () => this.addMember(place))
    }
  }

  private async addMember(place: FilePlace): Promise<void> {
    const kind = await stat(place.path)
    if (kind.isFile()) await this.addFile(place)
    // Following these could go round in circles.
    else if (kind.isDirectory()) this.leave(place, 'is a link to a folder; name that folder itself', false)
    else this.leave(place, 'is no file', false)
  }

  private async addFile(place: FilePlace): Promise<void> {
    const file = await open(place.path)
    try {
      const packing = await packingOfFile(file)
      if (packing.kind === 'foreign') this.leave(place, foreignReason(packing))
      else if (packing.kind === 'zip') await this.addZip(place)
      else {
        const { size, mtimeMs } = await file.stat()
        this.deliveries.push({
          name: place.name,
          label: place.label,
          bytes: size,
          modifiedMs: Math.max(0, Math.floor(mtimeMs)),
          gzip: packing.kind === 'gzip',
          open: async () => (await open(place.path)).createReadStream({ highWaterMark: READ_BYTES }),
          canRepeat: () => true,
        })
      }
    } finally {
      await file.close()
    }
  }

  private async addZip({ path, label }: FilePlace): Promise<void> {
    const { deliveries, leftOut, close } = await planZip(path, { label, source: this.options.source })
    this.closers.push(close)
    this.deliveries.push(...deliveries)
    this.leftOut.push(...leftOut)
  }

  private async addStream(place: FilePlace, stream: Readable): Promise<void> {
    const replay = new Replay(stream)
    const packing = unpackedKind(await replay.head(HEAD_BYTES))
    if (packing.kind === 'foreign') return this.leave(place, foreignReason(packing))
    if (packing.kind === 'zip') return this.leave(place, 'is a zip, which is read from its end; name it as a file')
    this.deliveries.push({
      name: place.name,
      label: place.label,
      bytes: null,
      modifiedMs: null,
      gzip: packing.kind === 'gzip',
      open: async () => replay.open(),
      canRepeat: () => replay.canRepeat(),
    })
  }

  private leave({ label }: FilePlace, reason: string, failed = true): void {
    this.leftOut.push({ label, reason, failed })
  }

  private async attempt(place: FilePlace, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.leave(place, reasonOf(error))
    }
  }
}

async function packingOfFile(file: FileHandle): Promise<Packing> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
  return unpackedKind(buffer.subarray(0, bytesRead))
}

/** Logs often come as .tar.gz, which only the unpacked bytes tell from .gz. */
function unpackedKind(head: Buffer): Packing {
  const packing = packingOf(head.subarray(0, SNIFF_BYTES))
  if (packing.kind !== 'gzip') return packing
  return isTar(inflatedHead(head)) ? { kind: 'foreign', name: 'tar', unpack: 'tar xzf FILE, then import the folder' } : packing
}

/** As much as the first bytes of a gzip file give; nothing where they are broken, which the server will say better. */
function inflatedHead(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return Buffer.alloc(0)
  }
}

function foreignReason({ name, unpack }: { name: string; unpack: string }): string {
  return `is ${name}, which is not read here: ${unpack}`
}
