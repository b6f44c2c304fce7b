/** What a command has from its process; tests give their own. */
import type { Readable } from 'node:stream'
import type { Output } from './screen'

export interface Context {
  env: Readonly<Record<string, string | undefined>>
  /** Folder that SPECTER_DATA belongs to. */
  cwd: string
  stdin: Readable
  stdout: Output
  stderr: Output
  /** Fires when the person stops the command. */
  signal: AbortSignal
}
