/** What a command has from its process; tests give their own. */
import type { Readable } from 'node:stream'
import type { Output } from './screen'

export interface Context {
  env: Readonly<Record<string, string | undefined>>
  /** Folder that SPECTER_DATA and the paths belong to. */
  cwd: string
  /** The checkout: `npm start` there keeps its data in it, wherever this command is called. */
  root: string
  stdin: Readable
  stdout: Output
  stderr: Output
  /** Fires when the person stops the command. */
  signal: AbortSignal
}
