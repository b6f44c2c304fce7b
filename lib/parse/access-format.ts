/**
 * A user's own format string, compiled to a parser. The string is the one that stands in the configuration of what writes the log:
 *
 *   API Gateway   $context.requestId $context.identity.sourceIp [$context.requestTime] "$context.routeKey" $context.status …
 *                 also as JSON, XML or CSV; https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 *   VPC flow log  ${version} ${vpc-id} ${srcaddr} …            https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
 *   CloudFront    #Fields: timestamp c-ip sc-status …          standard logs with chosen fields, real-time logs
 *
 * A line is of the format where all of it can be divided into the format's texts and, between them, values that have the form of their
 * variable (access-shapes.ts). Where it can be divided in several ways, only the values that are the same in all of them are taken: an id
 * is never cut out of a place that might be another one. The ways are counted by the places where values may begin, not one by one, and
 * the work on a line is bounded, whatever it holds (access-division.ts).
 * Ignores: variables with nothing between them (refused), escapes inside values.
 */
import { divide, type Parts } from './access-division'
import { fitsShape, reachOf, shapeOf, type Shape } from './access-shapes'

export type FormatKind = 'api-gateway' | 'vpc-flow' | 'cloudfront'

export interface AccessFormat {
  kind: FormatKind
  /** Names in their order, without `$context.`. */
  variables: readonly string[]
  /** What the format leaves open, in sentences: variables of which a line may not say where one ends. */
  hints: readonly string[]
  /** The values of a line by their variables, without those whose place is not sure; null where the line is not written by this format. */
  read(text: string): { [name: string]: string } | null
}

const FORMAT_MAX = 3000
const VARIABLES_MAX = 120
const VARIABLE = /\$context\.([A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*)|\$\{([A-Za-z][\w.()-]{0,63})\}/g
/** Longer lines are no access lines. */
const LINE_MAX = 65_536

/** Compiles a format; a string says in a sentence why it can't be. */
export function compileAccessFormat(format: string): AccessFormat | string {
  const text = unfold(format)
  if (text.length > FORMAT_MAX) return `The format has ${text.length} characters; at most ${FORMAT_MAX} are taken.`
  if (text.startsWith('#Fields:')) return compileFields(text.slice(8).trim().split(/\s+/))
  const matches = [...text.matchAll(VARIABLE)]
  const first = matches[0]
  if (first === undefined) return 'The format names no variable such as $context.requestId, ${srcaddr} or #Fields: …'
  if (matches.length > VARIABLES_MAX) return `The format names ${matches.length} variables; at most ${VARIABLES_MAX} are taken.`
  const variables = matches.map((match) => match[1] ?? match[2] ?? '')
  const literals = matches.map((match, i) => text.slice(match.index + match[0].length, matches[i + 1]?.index ?? text.length))
  const joined = literals.findIndex((literal, i) => literal === '' && i < literals.length - 1)
  if (joined >= 0) return `Between ${variables[joined]} and ${variables[joined + 1]} stands nothing, so where one ends cannot be told.`
  const kind = matches.some((match) => match[1] !== undefined) ? 'api-gateway' : 'vpc-flow'
  const parts: Parts = { prefix: text.slice(0, first.index), variables, literals, shapes: variables.map((name) => shapeOf(kind, name)) }
  return { kind, variables, hints: hintsOf(parts), read: (line) => readByParts(line.trim(), parts) }
}

/** As pasted from a configuration: continuation lines, and quotes escaped for JSON. */
function unfold(format: string): string {
  const text = format
    .trim()
    .replace(/,\s*\\?\r?\n\s*/g, ',')
    .replace(/[ \t]*\\?\r?\n[ \t]*/g, ' ')
  return text.startsWith('{') ? text : text.replaceAll('\\"', '"')
}

function readByParts(line: string, parts: Parts): { [name: string]: string } | null {
  const places = line.length > LINE_MAX ? null : divide(line, parts)
  if (places === null) return null
  const values = emptyValues()
  let sure = 0
  places.forEach((place, i) => {
    const name = parts.variables[i] ?? ''
    if (place === null || name in values) return
    values[name] = line.slice(place.start, place.end)
    if (values[name] !== '-') sure++
  })
  return sure === 0 ? null : values
}

/** Two neighbours of which the text between them may be a part: `$context.error.message $context.identity.userAgent`. */
function hintsOf({ variables, literals, shapes }: Parts): string[] {
  const hints: string[] = []
  for (let i = 0; i + 1 < variables.length; i++) {
    const literal = literals[i] ?? ''
    if (mayHold(shapes[i], literal) && mayHold(shapes[i + 1], literal) && (literal.trim().length < 2 || shapes[i]?.run !== null))
      hints.push(`Where ${variables[i]} ends and ${variables[i + 1]} begins can't be told in every line: put quotes around one of them.`)
  }
  return hints
}

function mayHold(shape: Shape | undefined, literal: string): boolean {
  return shape !== undefined && reachOf(shape, literal, 0) === literal.length
}

/** No prototype: a variable named `constructor` is one. */
function emptyValues(): { [name: string]: string } {
  return Object.create(null) as { [name: string]: string }
}

function compileFields(variables: string[]): AccessFormat | string {
  if (variables.length < 2 || variables.length > VARIABLES_MAX) return 'A list of fields has between 2 and 120 names.'
  if (variables.some((name) => !/^[\w()-]{1,64}$/.test(name))) return 'The names behind #Fields: stand one after another, with blanks between them.'
  return {
    kind: 'cloudfront',
    variables,
    hints: [],
    read(line) {
      const cells = line.length > LINE_MAX ? [] : line.trim().split('\t', VARIABLES_MAX + 1)
      if (cells.length !== variables.length || !variables.every((name, i) => fitsShape(shapeOf('cloudfront', name), cells[i] ?? ''))) return null
      const values = emptyValues()
      variables.forEach((name, i) => (values[name] = cells[i] ?? ''))
      return values
    },
  }
}

/** True where the text fits a pattern in which `*` stands for any run of characters. Linear in practice: no star is gone back behind the one before. */
export function fitsPattern(pattern: string, text: string): boolean {
  const parts = pattern.split('*')
  const first = parts[0] ?? ''
  if (parts.length === 1) return text === pattern
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  const last = parts.at(-1) ?? ''
  return text.length - last.length >= at && text.endsWith(last)
}

export interface AccessFormatRow {
  /** Log group, or the NAME of a delivery; `*` stands for any run of characters. */
  pattern: string
  format: string
}

/** Formats by the name of a log group or delivery; the longest pattern that fits counts, of equals the first in order. */
export class AccessFormats {
  private readonly rows: { pattern: string; format: AccessFormat }[]
  private readonly known = new Map<string, AccessFormat | null>()

  /** Rows whose format can't be compiled say nothing. */
  constructor(rows: readonly AccessFormatRow[]) {
    this.rows = rows
      .flatMap(({ pattern, format }) => {
        const compiled = compileAccessFormat(format)
        return typeof compiled === 'string' ? [] : [{ pattern, format: compiled }]
      })
      .sort((a, b) => b.pattern.length - a.pattern.length || (a.pattern < b.pattern ? -1 : 1))
  }

  of(name: string): AccessFormat | null {
    if (this.rows.length === 0) return null
    let format = this.known.get(name)
    if (format === undefined) {
      if (this.known.size >= 10_000) this.known.clear()
      format = this.rows.find((row) => fitsPattern(row.pattern, name))?.format ?? null
      this.known.set(name, format)
    }
    return format
  }
}
