/** The rows of all files, and the files themselves, for the tests that hold them against the product. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { AWS } from './aws'
import { EVENTS } from './events'
import { LAMBDA } from './lambda'
import type { Samples } from './sample'
import { TEXT } from './text'
import { TRACES } from './traces'
import { XRAY } from './xray'

const FOLDER = join(import.meta.dirname, '../../../../shared/samples')
export const hasSamples = process.env.REQUIRE_DATA === '1' || existsSync(FOLDER)
export const TABLE: Samples = { ...AWS, ...EVENTS, ...LAMBDA, ...TEXT, ...TRACES, ...XRAY }

/** `folder/name` of every sample; none where the data is absent. */
export function sampleFiles(): string[] {
  if (!hasSamples) return []
  return readdirSync(FOLDER).flatMap((folder) =>
    readdirSync(join(FOLDER, folder))
      .filter((name) => name !== 'SOURCES.md')
      .map((name) => `${folder}/${name}`),
  )
}

export function bytesOf(file: string): Uint8Array {
  const bytes = readFileSync(join(FOLDER, file))
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

/** As many as a row says, where it has only their number. */
export function likeRow(told: string[] | number | undefined, got: readonly string[]): readonly string[] | number {
  if (typeof told !== 'number') return got
  return got.reduce((total, text) => total + Number(/^(\d+) × /.exec(text)?.[1] ?? 1), 0)
}
