/**
 * One pass over a line of text that finds both its template (the line with its variable parts as `*`) and its named values.
 *
 *   [orderId: 5ad7, Travel Date: 2023-01-29 15:38:06]   ->  [orderId: *, Travel Date: *]      orderId, TravelDate
 *   request: Seat(trainNumber=G1234, stations=[a, b])   ->  request: Seat(trainNumber=*, stations=*)
 *   PutItem took 137 ms for cus_4023717                 ->  PutItem took * ms for cus_*       id=cus_4023717
 *
 * A value is masked because of its place (after `=` or `:`, in quotes) or its form (digits); words stay, since words are what people
 * search for. The result depends on the line alone, so that equal lines have equal templates in any order and on any machine.
 */
import { cutText } from '#lib/base/text-bytes'
import type { Field } from '#lib/model/event'
import { CLF_DATE, EMAIL, isDateLike, isOpaque, nameOfForm } from './forms'
import { isPlaceholder, isUuid } from './ids'

export interface ScannedText {
  template: string
  fields: Field[]
}

export const FIELDS_MAX = 64
export const VALUE_MAX = 512
/** Longer lines are dumps; what a person or a search needs of them comes first. */
const SCAN_MAX = 8192
const TEMPLATE_MAX = 1000
const NAME_MAX = 64

const SPACE = 1
const OPEN = 2
const CLOSE = 3
const QUOTE = 4
const EQUALS = 5
const COMMA = 6

/** Classes of ASCII characters; 0 belongs to a token. */
const CLASS = new Uint8Array(128)
for (const c of ' \t\n\r\f\v') CLASS[c.charCodeAt(0)] = SPACE
for (const c of '([{<') CLASS[c.charCodeAt(0)] = OPEN
for (const c of ')]}>') CLASS[c.charCodeAt(0)] = CLOSE
for (const c of '"\'`') CLASS[c.charCodeAt(0)] = QUOTE
CLASS[61] = EQUALS
for (const c of ',;|') CLASS[c.charCodeAt(0)] = COMMA

function classAt(text: string, index: number): number {
  const c = text.charCodeAt(index)
  return c < 128 ? (CLASS[c] ?? 0) : 0
}

/** Scans at most the first 8,192 characters; at most 64 fields of at most 512 characters, without placeholders. */
export function scanText(text: string): ScannedText {
  return new TextScanner(cutText(text, SCAN_MAX)).run()
}

class TextScanner {
  private readonly fields: Field[] = []
  private template = ''
  /** Text from here on is not yet in the template. */
  private kept = 0
  private depth = 0
  /** While the depth is at least this, nothing goes to the template: the inside of a value. 0 for never. */
  private mutedFrom = 0
  private readonly groupNames: string[] = []
  /** Where the present `name: value` part began: behind the last bracket or comma. */
  private partStart = 0
  /** A name whose value comes next. */
  private name: string | null = null

  constructor(private readonly text: string) {}

  run(): ScannedText {
    const { text } = this
    let i = 0
    while (i < text.length) {
      switch (classAt(text, i)) {
        case SPACE:
          i = this.space(i)
          break
        case OPEN:
          i = this.open(i)
          break
        case CLOSE:
          i = this.close(i)
          break
        case QUOTE:
          i = this.quote(i)
          break
        case EQUALS:
          i = this.equals(i)
          break
        case COMMA:
          this.name = null
          this.partStart = ++i
          break
        default:
          i = this.token(i)
      }
    }
    this.keepUntil(text.length)
    return { template: cutText(this.template.trim(), TEMPLATE_MAX), fields: this.fields }
  }

  private keepUntil(index: number): void {
    if (this.mutedFrom === 0 && this.kept < index) this.template += this.text.slice(this.kept, index)
    this.kept = index
  }

  /** Replaces text[from, to) by a star; two stars with nothing but a separator between them are one. */
  private mask(from: number, to: number): void {
    if (this.mutedFrom > 0) return
    const between = from - this.kept
    if (between <= 1 && this.template.endsWith('*') && (between === 0 || isJoint(this.text.charCodeAt(this.kept)))) {
      this.kept = to
      return
    }
    this.keepUntil(from)
    this.template += '*'
    this.kept = to
  }

  /** Any run of white space is one blank in the template, so that wrapped and unwrapped dumps are one. */
  private space(from: number): number {
    let i = from + 1
    while (i < this.text.length && classAt(this.text, i) === SPACE) i++
    if (i - from > 1 || this.text.charCodeAt(from) !== 32) {
      this.keepUntil(from)
      if (this.mutedFrom === 0) this.template += ' '
      this.kept = i
    }
    return i
  }

  private open(i: number): number {
    this.depth++
    // A bracket right where a value must be is the value: a list or an object of any length.
    if (this.name !== null && this.mutedFrom === 0) {
      this.mask(i, i)
      this.mutedFrom = this.depth
    }
    this.groupNames[this.depth] = this.name ?? (this.mutedFrom > 0 ? (this.groupNames[this.depth - 1] ?? '') : '')
    this.name = null
    this.partStart = i + 1
    return i + 1
  }

  private close(i: number): number {
    this.name = null
    if (this.depth > 0) this.depth--
    if (this.mutedFrom > 0 && this.depth < this.mutedFrom) {
      this.mutedFrom = 0
      this.kept = i + 1
    }
    this.partStart = i + 1
    return i + 1
  }

  private equals(i: number): number {
    const last = this.text.charCodeAt(i + 1)
    const name = last === 61 || last === 62 ? null : this.nameBefore(i, false)
    if (name !== null) this.name = name
    return this.name === null ? i + 1 : this.value(i + 1)
  }

  private quote(i: number): number {
    const { text } = this
    const mark = text.charCodeAt(i)
    const before = i === 0 ? SPACE : classAt(text, i - 1)
    const end = before === 0 && text.charCodeAt(i - 1) !== 58 ? -1 : closingQuote(text, i)
    // An apostrophe, or a quote that never closes.
    if (end < 0) return i + 1
    if (text.charCodeAt(end + 1) === 58 && mark !== 96) {
      this.name = text.slice(i + 1, end)
      return this.value(end + 2)
    }
    const inner = text.slice(i + 1, end)
    this.addField(this.name ?? this.groupName() ?? nameOfForm(inner), inner)
    this.name = null
    this.mask(i, end + 1)
    return end + 1
  }

  /** From behind a `=` or `:`: skips blanks, and takes the value unless it is a bracket or quote, which come next anyway. */
  private value(from: number): number {
    const { text } = this
    let i = from
    while (text.charCodeAt(i) === 32) i++
    const kind = i >= text.length ? COMMA : classAt(text, i)
    if (kind === OPEN && text.charCodeAt(i) !== 60) return i
    if (kind === QUOTE) return i
    const name = this.name
    this.name = null
    if (kind !== 0 || name === null) return i
    const end = this.depth > 0 ? this.partEnd(i) : tokenEnd(text, i)
    // `request: Seat(…)`, `data=SoldTicket{…}`: the word names what the brackets hold.
    if (text.charCodeAt(end) === 40 || text.charCodeAt(end) === 123) return this.token(i)
    const value = text.slice(i, end).trimEnd()
    this.addField(name, value)
    if (value.includes(' ') && !isDateLike(value)) return this.token(i)
    this.mask(i, i + value.length)
    return i + value.length
  }

  /** The end of a value in brackets: before the comma or bracket, at most 300 characters on. */
  private partEnd(from: number): number {
    const limit = Math.min(this.text.length, from + 300)
    let i = from
    while (i < limit) {
      const kind = classAt(this.text, i)
      if (kind === COMMA || kind === CLOSE || kind === OPEN) break
      // `[trace_id=a span_id=b]`: the word before the next sign names the next value.
      if (kind === EQUALS) {
        const blank = this.text.slice(from, i).lastIndexOf(' ')
        return blank > 0 ? from + blank : i
      }
      i++
    }
    return i
  }

  private token(from: number): number {
    const { text } = this
    const end = tokenEnd(text, from)
    const colon = text.indexOf(':', from)
    if (colon > from && colon < end && (colon === end - 1 || colonSplits(text, from, colon, end))) {
      const name = this.nameBefore(colon, true)
      if (name !== null && this.isNamed(name, colon + 1, end)) {
        this.maskRuns(from, colon)
        this.name = name
        return this.value(colon + 1)
      }
    }
    this.name = null
    const variable = this.maskRuns(from, end)
    if (variable && !isDateLike(text.slice(from, end)))
      this.addField(this.groupName() ?? nameOfForm(text.slice(from, end)), trimPunctuation(text.slice(from, end)))
    return end
  }

  /** In brackets anything may follow a name; in prose only what looks like a value does: `error: connection refused` stays. */
  private isNamed(name: string, from: number, end: number): boolean {
    if (this.depth > 0) return true
    const { text } = this
    if (from < end) return true
    if (text.charCodeAt(from) !== 32 || from + 1 >= text.length) return false
    const kind = classAt(text, from + 1)
    if (kind === OPEN || kind === QUOTE) return name !== ''
    const next = tokenEnd(text, from + 1)
    return next >= text.length || classAt(text, next) === COMMA || hasDigits(text, from + 1, next)
  }

  /** The name in front of `=` or `:`: the words of this part without blanks if they are few, else the last word. */
  private nameBefore(end: number, words: boolean): string | null {
    const part = this.text.slice(Math.max(this.partStart, end - 48), end).trim()
    const name =
      words && this.depth > 0 && this.partStart >= end - 48 && /^[A-Za-z][\w.$@/-]*(?: [A-Za-z][\w.$-]*){0,3}$/.test(part)
        ? part.replaceAll(' ', '')
        : lastWord(part)
    return name !== '' && name.length <= NAME_MAX && !isUuid(name) ? name : null
  }

  /** The value of which an unnamed token is an element: `[RouteId: [a, b]]`. */
  private groupName(): string | null {
    const name = this.depth > 0 ? this.groupNames[this.depth] : ''
    return name ? name : null
  }

  /** Stars for the variable runs of a token; true where it has the form of an id. */
  private maskRuns(from: number, to: number): boolean {
    const { text } = this
    const length = to - from
    if (length === 36 && isUuid(text.slice(from, to))) {
      this.mask(from, to)
      return true
    }
    if (length >= 24 && isOpaque(text, from, to)) {
      this.mask(from, to)
      return true
    }
    if (text.charCodeAt(from + 2) === 47 && text.charCodeAt(from + 6) === 47 && CLF_DATE.test(text.slice(from, from + 12))) {
      this.mask(from, to)
      return false
    }
    let letters = 0
    let digits = 0
    for (let i = from; i < to;) {
      const start = i
      let runDigits = 0
      let lower = 0
      for (; i < to; i++) {
        const c = text.charCodeAt(i)
        if (c >= 48 && c <= 57) runDigits++
        else if (c >= 97 && c <= 122) lower++
        else if (!(c >= 65 && c <= 90)) break
      }
      if (runDigits > 0) {
        const first = text.charCodeAt(start)
        digits += runDigits
        if (runDigits >= 2 || lower === 0 || (first >= 48 && first <= 57)) this.mask(start, i)
      }
      letters += i - start - runDigits
      if (i === start && text.charCodeAt(i++) === 64 && EMAIL.test(text.slice(from, to))) {
        this.mask(from, to)
        return true
      }
    }
    // Six digits, or four among letters: shorter ones are counts and versions, of which there are too many to look up by.
    return digits >= 6 || (digits >= 4 && letters >= 2) || (digits >= 2 && length >= 8 && letters >= 2 && digits + letters === length)
  }

  private addField(name: string, value: string): void {
    if (this.fields.length >= FIELDS_MAX || value === '' || value.length > VALUE_MAX || isPlaceholder(value)) return
    this.fields.push({ name, value })
  }
}

function tokenEnd(text: string, from: number): number {
  let i = from
  while (i < text.length && classAt(text, i) === 0) i++
  return i
}

/** The closing mark, at most 300 characters on and on the same line, followed by something that is no letter. */
function closingQuote(text: string, open: number): number {
  const mark = text.charCodeAt(open)
  const limit = Math.min(text.length, open + 300)
  for (let i = open + 1; i < limit; i++) {
    const c = text.charCodeAt(i)
    if (c === 92) i++
    else if (c === 10) return -1
    else if (c === mark) {
      const next = text.charCodeAt(i + 1)
      if (mark !== 39 || i + 1 >= text.length || !isWordChar(next)) return i
    }
  }
  return -1
}

/** `name:value` without a blank is one unless it is a time, an address, a URL, or Class:line. */
function colonSplits(text: string, from: number, colon: number, end: number): boolean {
  const first = text.charCodeAt(from)
  if (!((first >= 65 && first <= 90) || (first >= 97 && first <= 122) || first === 95)) return false
  if (text.charCodeAt(colon + 1) === 47 || text.charCodeAt(colon + 1) === 58) return false
  if (text.startsWith('arn:', from) || (text.indexOf(':', colon + 1) - end < 0 && text.indexOf(':', colon + 1) > 0)) return false
  const value = text.slice(colon + 1, end)
  // Class:line and host:port.
  return !((first <= 90 || text.slice(from, colon).includes('.')) && value.length <= 5 && /^\d+$/.test(value))
}

function hasDigits(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i)
    if (c >= 48 && c <= 57) return true
  }
  return false
}

/** - . : / _ T between two variable runs belongs to them: dates, uuids, addresses. */
function isJoint(c: number): boolean {
  return c === 45 || c === 46 || c === 58 || c === 47 || c === 95 || c === 84 || c === 43
}

function isWordChar(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95
}

function lastWord(part: string): string {
  const match = /[A-Za-z_$@][\w.$@-]*$/.exec(part)
  return match === null ? '' : match[0]
}

function trimPunctuation(value: string): string {
  return value.replace(/^[.:!?#*]+|[.:!?*]+$/g, '')
}
