/** Small words that several messages share. Pure. */
import { formatBytes, formatCount, formatDuration, THIN } from '#lib/base/format'
import type { Problem } from '#lib/model/api'

/** Terminals and logs get plain spaces: a narrow one breaks searching for `12 MB` and some fonts. */
export function plain(text: string): string {
  return text.replaceAll(THIN, ' ')
}

export const bytesInWords = (bytes: number): string => plain(formatBytes(bytes))
export const countInWords = (n: number): string => formatCount(n)

/** Whole seconds from one second up: nobody reads hundredths of a time that is left. `4200` -> `4 s` */
export function timeInWords(ms: number): string {
  return ms >= 1000 && ms < 59_500 ? `${Math.round(ms / 1000)} s` : plain(formatDuration(ms))
}

/** Why a file can't be read, or a server not be reached. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return REASONS[code] ?? (error.message || code || error.name)
}

const REASONS: Record<string, string> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by you',
  EPERM: 'may not be read by you',
  ELOOP: 'is a link that leads to itself',
  EMFILE: 'too many files are open',
  EIO: 'the disk reports an error',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection was cut',
  ECONNABORTED: 'the connection was cut',
  ETIMEDOUT: 'no answer in time',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host can’t be looked up now',
  EHOSTUNREACH: 'the host can’t be reached',
  ENETUNREACH: 'the network can’t be reached',
}

/** What the server says of a request that it refused. */
export function problemInWords({ title, detail, invalidParams }: Problem): string {
  const params = (invalidParams ?? []).map(({ name, reason }) => `${name}: ${reason}`)
  return [detail ?? title, ...params].join('; ')
}
