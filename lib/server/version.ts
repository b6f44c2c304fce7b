/** The product's version, from package.json beside which every process runs. */
import { readFileSync } from 'node:fs'

let known: string | undefined

export function productVersion(): string {
  known ??= String((JSON.parse(readFileSync('package.json', 'utf8')) as { version?: unknown }).version ?? 'unknown')
  return known
}
