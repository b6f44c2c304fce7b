/** What will be sent: one delivery is one request, whose equal lines are counted (design.md §2, identity). */
import type { Readable } from 'node:stream'

export interface Delivery {
  /** NAME of the contract: the source of records that carry none. */
  name: string
  /** What a person calls it: the path as it was given, with the entry's for a zip. */
  label: string
  /** Bytes to send; null where only the end tells. */
  bytes: number | null
  /** Time for records that have none; null for a stream, whose records take the time of receipt. */
  modifiedMs: number | null
  /** The bytes are gzip and go as they are. */
  gzip: boolean
  /** Opened anew for every try. Throws where it can be read only once and has been. */
  open: () => Promise<Readable>
  /** False once it can't be sent from its beginning again. */
  canRepeat: () => boolean
}

/** Something named on the command line, or met in a folder or zip, that is not sent. */
export interface LeftOut {
  label: string
  reason: string
  /** True where a person would expect it to be stored: the command then ends with 1. */
  failed: boolean
}

export interface Plan {
  deliveries: Delivery[]
  leftOut: LeftOut[]
  /** Lets go of opened archives. */
  close: () => void
}

/** The API's bound; the end of a path tells more than its beginning. */
export const NAME_MAX = 200

/** A path as NAME. `'logs/app.log'` -> `'logs/app.log'` */
export function nameOf(path: string): string {
  return path.slice(-NAME_MAX).replace(/[\p{Cc}\p{Cs}]/gu, '') || 'file'
}
