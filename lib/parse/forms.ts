/** What a value's text looks like: dates, addresses, secrets, ids. */
import { isUuid } from './ids'

/** `02/Nov/2026:` of web servers. */
export const CLF_DATE = /^\d\d\/[A-Z][a-z]{2}\/\d{4}/
export const EMAIL = /^[^@\s]+@[\w-]+\.[\w.-]+$/
/** A run of twenty with capitals, small letters and two digits: a signature, a token, base64. No word looks so. */
const OPAQUE_RUN_MIN = 20

export function isOpaque(text: string, from: number, to: number): boolean {
  let [digits, lower, upper] = [0, 0, 0]
  for (let i = from; i <= to; i++) {
    const c = i < to ? text.charCodeAt(i) : 0
    if (c >= 48 && c <= 57) digits++
    else if (c >= 97 && c <= 122) lower++
    else if (c >= 65 && c <= 90) upper++
    else {
      if (digits >= 2 && lower > 0 && upper > 0 && digits + lower + upper >= OPAQUE_RUN_MIN) return true
      digits = lower = upper = 0
    }
  }
  return false
}

export function isDateLike(value: string): boolean {
  return value.length >= 8 && value.length <= 40 && /^\d{1,4}[-/:.]\d\d[\d\s:.,/+TZ-]*(?:UTC|GMT)?$/.test(value)
}

/** What an unnamed value is called: by its form. */
export function nameOfForm(value: string): string {
  if (isUuid(value)) return 'uuid'
  if (value.startsWith('arn:')) return 'arn'
  if (/^https?:/.test(value)) return 'url'
  if (/^1-[0-9a-f]{8}-[0-9a-f]{24}$/i.test(value)) return 'trace'
  if (/^\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?$/.test(value)) return 'ip'
  if (EMAIL.test(value)) return 'email'
  if (/^-?\d[\d.]*$/.test(value)) return 'number'
  return value.includes('/') ? 'path' : 'id'
}
