/** Where the running instance is, and what it says of itself. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { problem, status } from '#lib/model/api'
import { readEnv, type Env } from '#lib/server/env'
import { readRunFile } from '#lib/supervise/run-file'
import type { Context } from './context'
import { ask, type Outcome } from './http'
import { withRetry } from './retry'
import { problemInWords, reasonOf } from './words'

/** One line for the person; exit code 1. */
export class Failure extends Error {}

/** What the commands read of the status. */
const needed = status.pick({ linking: true, data: true }).extend({ sources: z.array(z.object({ received: z.number() })) })
export type InstanceStatus = z.infer<typeof needed>

/** The address, with a slash at its end: --url, else what SPECTER_DATA/run.json names, else HOST and PORT. Throws Failure. */
export function findAddress(url: string | undefined, { env, cwd, root }: Pick<Context, 'env' | 'cwd' | 'root'>): string {
  if (url !== undefined) return url
  const { host, port, dataDir } = envOf(env)
  const running = readRunFile(resolve(cwd, dataDir)) ?? (env['SPECTER_DATA'] ? undefined : readRunFile(resolve(root, dataDir)))
  if (running) return running.address.replace(/\/*$/, '/')
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`
}

function envOf(env: Context['env']): Env {
  try {
    return readEnv(env)
  } catch (error) {
    throw new Failure(reasonOf(error))
  }
}

/** The status; throws Failure in words where nothing answers, or something else. */
export async function requireInstance(address: string, signal: AbortSignal, say: (line: string) => void): Promise<InstanceStatus> {
  const outcome = await withRetry(() => askStatus(address, signal), {
    signal,
    // At the start a refused connection means that nothing runs: waiting for it would hide that.
    canRepeat: (one) => one.kind === 'answered',
    onWait: (words) => say(`${address}: ${words}`),
  })
  if (outcome.kind !== 'answered') throw new Failure(`Specter does not run at ${address} (${outcome.reason}). Start it with: npm start`)
  const parsed = needed.safeParse(outcome.body)
  if (outcome.status === 200 && parsed.success) return parsed.data
  throw new Failure(refusalInWords(address, outcome))
}

function askStatus(address: string, signal: AbortSignal): Promise<Outcome> {
  return ask({ url: `${address}api/v1/status`, signal })
}

function refusalInWords(address: string, { status: code, body }: { status: number; body: unknown }): string {
  const said = problem.safeParse(body)
  if (said.success) return `Specter at ${address} refuses: ${problemInWords(said.data)}`
  return `What answers at ${address} is not Specter (status ${code}); --url names the address of Specter`
}

/** The status without retries and words: undefined where it can't be had now. */
export async function readStatus(address: string, signal: AbortSignal): Promise<InstanceStatus | undefined> {
  const outcome = await ask({ url: `${address}api/v1/status`, signal })
  return outcome.kind === 'answered' && outcome.status === 200 ? needed.safeParse(outcome.body).data : undefined
}
