/** What the web front lets through, as functions of a request's line and headers. front.ts has the server around them. */
import type { IncomingHttpHeaders } from 'node:http'
import { allowedMethods } from '#lib/server/methods'

export interface RequestHead {
  method: string
  /** The request target as it was sent. */
  url: string
  headers: IncomingHttpHeaders
}

export interface Refusal {
  status: number
  code: string
  title: string
  detail: string
  /** What the path takes, where the method is what is refused. */
  allow?: string
}

/** A name that only this machine can mean: a page of another site that rebinds its own name to 127.0.0.1 still sends that name. */
const LOOPBACK_HOST = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i

/** Where bodies are taken; pages are read only, so that no Server Action could be reached even if one were added by mistake. */
const API_PATH = /^\/(api|v1)\//

/** What reaches the answer that a path is not part of the API. */
const API_METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Why a request is not served; undefined where it is. */
export function refusalOf({ method, url, headers }: RequestHead): Refusal | undefined {
  // Next answers `GET http://elsewhere/` with a redirect to elsewhere, and `//elsewhere` is a host to a browser.
  if (!url.startsWith('/') || url.startsWith('//')) return refuse(400, 'invalid-target', 'The request target is not a path of this server')
  if (!isDecodable(url)) return refuse(400, 'invalid-target', 'The request target has a broken percent escape')
  if (!LOOPBACK_HOST.test(headers.host ?? ''))
    return refuse(403, 'foreign-host', `Specter answers under the names of this machine only (Host was ${quoted(headers.host)})`)
  if (headers.origin !== undefined && !isOwnOrigin(headers.origin, headers.host))
    return refuse(403, 'foreign-origin', `Other sites may not call Specter (Origin was ${quoted(headers.origin)})`)
  if (headers['next-action'] !== undefined) return refuse(400, 'no-server-actions', 'There are no Server Actions here')
  return methodRefusal(method, url)
}

/** Next knows only the methods of its routes: to others it answers without a body, to TRACE with a 500. */
function methodRefusal(method: string, url: string): Refusal | undefined {
  const path = url.split('?', 1)[0] ?? ''
  if (!API_PATH.test(url)) {
    if (isRead(method)) return undefined
    return { ...refuse(405, 'method-not-allowed', `Pages are read with GET (method was ${quoted(method)})`), allow: 'GET, HEAD, OPTIONS' }
  }
  const allow = allowedMethods(path) ?? API_METHODS
  if (allow.includes(method)) return undefined
  return { ...refuse(405, 'method-not-allowed', `${path.slice(0, 200)} does not take ${method.slice(0, 20)}`), allow: allow.join(', ') }
}

function refuse(status: number, code: string, detail: string): Refusal {
  const titles: Record<number, string> = { 400: 'Bad request', 403: 'Forbidden', 405: 'Method not allowed' }
  return { status, code, title: titles[status] ?? 'Refused', detail }
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '')
    return true
  } catch {
    return false
  }
}

/** The scheme is left open: a tunnel or a proxy on this machine may speak https to the browser. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return origin.replace(/^https?:\/\//i, '').toLowerCase() === host?.toLowerCase() && /^https?:/i.test(origin)
}

function quoted(value: string | undefined): string {
  return value === undefined ? 'missing' : JSON.stringify(value.slice(0, 200))
}

/** Headers that steer Next from outside (host of redirects, skipped middleware); nobody in front of us sets them rightly. */
export const DROPPED_HEADERS = [
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-for',
  'x-middleware-subrequest',
  'x-middleware-subrequest-id',
  'x-nonce',
  'content-security-policy',
] as const

export interface FrontHeaders {
  /** Set on the response before Next answers. */
  response: Record<string, string>
  /** Set on the request: Next reads the nonce from there and puts it on its own scripts. */
  request: Record<string, string>
}

const COMMON = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
}

/** `nonce` is fresh for every request. */
export function frontHeaders(url: string, nonce: string): FrontHeaders {
  if (url.startsWith('/_next/static/')) return { response: COMMON, request: {} }
  const response = { ...COMMON, 'Cache-Control': 'private, no-store' }
  if (API_PATH.test(url)) return { response: { ...response, 'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'" }, request: {} }
  const policy = pagePolicy(nonce)
  return { response: { ...response, 'Content-Security-Policy': policy }, request: { 'content-security-policy': policy, 'x-nonce': nonce } }
}

/**
 * Scripts are our own files or carry the nonce; nothing from elsewhere. Styles may be inline: cytoscape
 * makes a style element of its own and React writes style attributes, and what a style can do under this policy ends at our own origin.
 */
function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
