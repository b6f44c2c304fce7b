/** The command line: `import`, `export` and `evaluate`. Bundled to dist/cli.mjs and called by bin/specter. */
import { resolve } from 'node:path'
import { readArguments } from './arguments'
import type { Context } from './context'
import { runEvaluate } from './evaluate'
import { runExport } from './export'
import { HELP } from './help'
import { runImport } from './import'
import { Failure } from './instance'

/** npm passes on a Ctrl-C that the terminal has already sent to us: the echo of the first is not a second wish. */
const ECHO_MS = 2_000

/** Returns the exit code: 0 all is done, 1 something failed, 2 wrong usage. */
export async function main(argv: string[]): Promise<number> {
  const stop = new AbortController()
  let stoppedMs = 0
  const onSignal = (): void => {
    if (stoppedMs && Date.now() - stoppedMs > ECHO_MS) process.exit(1)
    stoppedMs ||= Date.now()
    stop.abort(new Error('stopped'))
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal)
  const { env, stdin, stdout, stderr } = process
  const code = await run(argv, { env, cwd: process.cwd(), root: resolve(import.meta.dirname, '..'), stdin, stdout, stderr, signal: stop.signal })
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal)
  // A pipe into us that goes on would keep the process.
  stdin.destroy()
  return code
}

/** The same with the process's parts given. */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  const command = readArguments(argv, Date.now())
  try {
    switch (command.command) {
      case 'help':
        context.stdout.write(HELP[command.topic])
        return 0
      case 'wrong':
        context.stderr.write(`specter: ${command.reason}\n\n${HELP[command.topic]}`)
        return 2
      case 'import':
        return await runImport(command, context)
      case 'export':
        return await runExport(command, context)
      case 'evaluate':
        return await runEvaluate(command, context)
    }
  } catch (error) {
    if (!(error instanceof Failure) && !context.signal.aborted) throw error
    context.stderr.write(`${error instanceof Failure ? error.message : 'Stopped; nothing was sent'}\n`)
    return 1
  }
}
