/**
 * A user's own format string, compiled to a parser. The string is the one that stands in the configuration of what writes the log:
 *
 *   API Gateway   $context.requestId $context.identity.sourceIp [$context.requestTime] "$context.routeKey" $context.status …
 *                 also as JSON, XML or CSV; https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 *   VPC flow log  ${version} ${vpc-id} ${srcaddr} …            https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
 *   CloudFront    #Fields: timestamp c-ip sc-status …          standard logs with chosen fields, real-time logs
 *
 * A line is read from left to right: a value ends where the text that follows it in the format begins for the first time. So a line
 * costs its length, whatever it holds; a value that contains its own end is cut there.
 * Ignores: variables with nothing between them (refused), escapes inside values.
 */

export type FormatKind = 'api-gateway' | 'vpc-flow' | 'cloudfront'

export interface AccessFormat {
  kind: FormatKind
  /** Names in their order, without `$context.`. */
  variables: readonly string[]
  /** The values of a line by their variables; null where the line is not written by this format. */
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
  return { kind, variables, read: (line) => readByLiterals(line.trim(), text.slice(0, first.index), { variables, literals }) }
}

/** As pasted from a configuration: continuation lines, and quotes escaped for JSON. */
function unfold(format: string): string {
  const text = format
    .trim()
    .replace(/,\s*\\?\r?\n\s*/g, ',')
    .replace(/[ \t]*\\?\r?\n[ \t]*/g, ' ')
  return text.startsWith('{') ? text : text.replaceAll('\\"', '"')
}

interface Parts {
  variables: readonly string[]
  /** What follows each variable. */
  literals: readonly string[]
}

function readByLiterals(line: string, prefix: string, { variables, literals }: Parts): { [name: string]: string } | null {
  if (line.length > LINE_MAX || !line.startsWith(prefix)) return null
  const values = emptyValues()
  let at = prefix.length
  for (let i = 0; i < variables.length; i++) {
    const literal = literals[i] ?? ''
    const end = i === variables.length - 1 ? lastEnd(line, literal, at) : line.indexOf(literal, at)
    if (end < 0) return null
    values[variables[i] ?? ''] = line.slice(at, end)
    at = end + literal.length
  }
  return values
}

/** The last value goes on to the end of the line, less what the format has behind it. */
function lastEnd(line: string, literal: string, from: number): number {
  const end = line.length - literal.length
  return end >= from && line.endsWith(literal) ? end : -1
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
    read(line) {
      const cells = line.length > LINE_MAX ? [] : line.trim().split('\t')
      if (cells.length !== variables.length) return null
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
