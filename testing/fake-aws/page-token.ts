/** Tokens of pages: opaque to the caller, bound to the request that they came from, dead after 24 hours. */
import { createHash } from 'node:crypto'
import { faults } from './fault'

const LIFE_MS = 24 * 3_600_000

export interface TokenState {
  /** where the next page begins */
  position: string
  issuedMs: number
  /** sequence of the pages of one call, for draws */
  page: number
}

export function sealToken(secret: string, request: unknown, state: TokenState): string {
  const body = Buffer.from(JSON.stringify(state)).toString('base64url')
  return `${body}.${mac(secret, request, body)}`
}

/** Throws InvalidParameterException where it is another request's, too old, or made up. */
export function openToken(secret: string, request: unknown, token: string, nowMs: number): TokenState {
  const [body = '', seal] = token.split('.')
  if (seal !== mac(secret, request, body)) throw faults.badToken()
  const state = JSON.parse(Buffer.from(body, 'base64url').toString()) as TokenState
  if (nowMs - state.issuedMs >= LIFE_MS) throw faults.badToken()
  return state
}

function mac(secret: string, request: unknown, body: string): string {
  return createHash('sha256')
    .update(`${secret}\n${JSON.stringify(request)}\n${body}`)
    .digest('base64url')
    .slice(0, 22)
}
