/**
 * The body of POST /api/v1/ingest as records: bytes in, in any pieces, records out in order, with bounded memory.
 *
 * Understood, mixed as they come: NDJSON, a JSON array of any length (element by element), JSON values one after another or spread over
 * lines, and text lines. UTF-8 with or without BOM, and UTF-16 (by BOM or by its zeros). How the bytes were cut into pieces makes no
 * difference: a decision waits until what decides it has come.
 *
 *   line begins with      and                                        becomes
 *   { or [                is JSON to its end, on whatever line       the value's records (shapes.ts)
 *   {" [{" ["             is broken JSON                             quarantined alone: invalid_json
 *   anything else                                                    a text line
 *
 * Not understood here: other encodings, compression (the caller's), CSV.
 */
import { DAY_NS } from '#lib/base/log-time'
import { msToNs } from '#lib/base/time'
import { EncodingSniffer } from './encoding'
import type { Decoded } from './shapes'
import { Splitter } from './splitter'

export type { Decoded } from './shapes'

/** CloudWatch takes 1 MB an event, X-Ray 64 kB a document; what is larger is no log record, and one must fit into memory many times. */
export const RECORD_BYTES_MAX = 16 * 1024 * 1024

export interface BodyDecoderOptions {
  /** The moment of receipt, ms since the epoch: times more than a day after it are impossible. */
  nowMs: number
  recordBytesMax?: number
}

export interface BodyDecoder {
  /** Takes the next bytes (they may be reused afterwards) and returns the records that are complete with them. */
  push(chunk: Uint8Array): Decoded[]
  /** The input has ended: the records that were still waiting. */
  end(): Decoded[]
}

export function createBodyDecoder(options: BodyDecoderOptions): BodyDecoder {
  const splitter = new Splitter(msToNs(options.nowMs) + DAY_NS, options.recordBytesMax ?? RECORD_BYTES_MAX)
  const encoding = new EncodingSniffer()
  return {
    push(chunk) {
      const utf8 = encoding.push(chunk)
      return utf8.length === 0 ? [] : splitter.push(utf8, false)
    },
    end() {
      return splitter.push(encoding.end(), true)
    },
  }
}
