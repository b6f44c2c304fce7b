/** The command line's words as a command. Pure: what is wrong comes back as words, for exit code 2. */
import { parseArgs } from 'node:util'
import { parseTime } from '#lib/base/time-range'
import { tier as tierSchema } from '#lib/model/api'
import { TRANSACTION_CONFIDENCE, type Tier } from '#lib/model/span'
import { NAME_MAX } from './delivery'

export interface ImportCommand {
  command: 'import'
  /** Files, folders, or `-` for standard input. */
  paths: string[]
  url: string | undefined
  source: string | undefined
  wait: boolean
}

const EXPORTS = ['links', 'events', 'transactions'] as const
export type ExportWhat = (typeof EXPORTS)[number]

export interface ExportCommand {
  command: 'export'
  what: ExportWhat
  url: string | undefined
  /** As written: the server understands ISO 8601, epoch ms and relative times. */
  from: string | undefined
  to: string | undefined
  q: string | undefined
  tier: Tier | undefined
  minConfidence: number | undefined
}

export interface EvaluateCommand {
  command: 'evaluate'
  /** A folder or a truth file. */
  truth: string
  url: string | undefined
  /** Links below it are not shown. */
  threshold: number
  json: boolean
  /** Below these the exit code is 1. */
  minPrecision: number | undefined
  minRecall: number | undefined
}

export type HelpTopic = 'all' | 'import' | 'export' | 'evaluate'

export type Command =
  | ImportCommand
  | ExportCommand
  | EvaluateCommand
  | { command: 'help'; topic: HelpTopic }
  | { command: 'wrong'; topic: HelpTopic; reason: string }

const IMPORT_OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  url: { type: 'string' },
  source: { type: 'string' },
  wait: { type: 'boolean' },
} as const

const EXPORT_OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  url: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  q: { type: 'string' },
  tier: { type: 'string' },
  'min-confidence': { type: 'string' },
} as const

const EVALUATE_OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  url: { type: 'string' },
  truth: { type: 'string' },
  threshold: { type: 'string' },
  json: { type: 'boolean' },
  'min-precision': { type: 'string' },
  'min-recall': { type: 'string' },
} as const

/** `['import', 'a.log', '--wait']` -> `{command: 'import', paths: ['a.log'], wait: true, …}`. `nowMs` is for checking relative times. */
export function readArguments(argv: readonly string[], nowMs: number): Command {
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return { command: 'help', topic: 'all' }
  if (name !== 'import' && name !== 'export' && name !== 'evaluate') return wrong('all', `there is no command ${JSON.stringify(name)}`)
  try {
    if (name === 'evaluate') return readEvaluate(rest)
    return name === 'import' ? readImport(rest) : readExport(rest, nowMs)
  } catch (error) {
    return wrong(name, error instanceof Error ? firstSentence(error.message) : String(error))
  }
}

function wrong(topic: HelpTopic, reason: string): Command {
  return { command: 'wrong', topic, reason }
}

/** Node adds advice on `--` that fits no case of ours. */
function firstSentence(message: string): string {
  const sentence = message.split('. ', 1)[0] ?? message
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}

function readImport(args: string[]): Command {
  const { values, positionals: paths } = parseArgs({ args, options: IMPORT_OPTIONS, allowPositionals: true, strict: true })
  if (values.help) return { command: 'help', topic: 'import' }
  if (paths.length === 0) return wrong('import', 'name a file, a folder, or - for standard input')
  if (paths.filter((path) => path === '-').length > 1) return wrong('import', 'standard input can be read once')
  if (paths.includes('')) return wrong('import', 'a file name is empty')
  if (values.source !== undefined && (values.source.trim() === '' || values.source.length > NAME_MAX || /[\p{Cc}\p{Cs}]/u.test(values.source)))
    return wrong('import', `--source needs a name of 1 to ${NAME_MAX} characters without control characters`)
  const url = readUrl(values.url)
  if (url === null) return wrong('import', badUrl(values.url))
  return { command: 'import', paths, url, source: values.source, wait: values.wait ?? false }
}

function readExport(args: string[], nowMs: number): Command {
  const { values, positionals } = parseArgs({ args: withRelativeTimes(args), options: EXPORT_OPTIONS, allowPositionals: true, strict: true })
  if (values.help) return { command: 'help', topic: 'export' }
  const what = EXPORTS.find((one) => one === positionals[0])
  if (!what || positionals.length > 1) return wrong('export', `say what to export, one of ${EXPORTS.join(', ')}`)
  if (what === 'links' && values.q !== undefined) return wrong('export', '--q selects events and transactions, not links')
  if (what !== 'links' && (values.tier ?? values['min-confidence']) !== undefined)
    return wrong('export', `--tier and --min-confidence select links, not ${what}`)
  for (const name of ['from', 'to'] as const) {
    const text = values[name]
    if (text !== undefined && parseTime(text, BigInt(nowMs) * 1_000_000n) === null)
      return wrong('export', `--${name} ${JSON.stringify(text)} is no time; write ISO 8601, epoch milliseconds, or relative like -1h and now`)
  }
  const tier = values.tier === undefined ? undefined : tierSchema.safeParse(values.tier.toUpperCase())
  if (tier && !tier.success) return wrong('export', `--tier ${JSON.stringify(values.tier)} is none of ${tierSchema.options.join(', ')}`)
  const minConfidence = readShare(values['min-confidence'])
  if (minConfidence === null) return wrong('export', badShare('min-confidence', values['min-confidence']))
  const url = readUrl(values.url)
  if (url === null) return wrong('export', badUrl(values.url))
  return { command: 'export', what, url, from: values.from, to: values.to, q: values.q, tier: tier?.data, minConfidence }
}

function readEvaluate(args: string[]): Command {
  const { values, positionals } = parseArgs({ args, options: EVALUATE_OPTIONS, allowPositionals: true, strict: true })
  if (values.help) return { command: 'help', topic: 'evaluate' }
  if (positionals.length > 0) return wrong('evaluate', `${JSON.stringify(positionals[0])} is too much; name the truth with --truth`)
  if (!values.truth) return wrong('evaluate', 'name the truth: --truth FILE or --truth FOLDER')
  const shares = (['threshold', 'min-precision', 'min-recall'] as const).map((name) => ({ name, share: readShare(values[name]) }))
  const bad = shares.find(({ share }) => share === null)
  if (bad) return wrong('evaluate', badShare(bad.name, values[bad.name]))
  const [threshold, minPrecision, minRecall] = shares.map(({ share }) => share ?? undefined)
  const url = readUrl(values.url)
  if (url === null) return wrong('evaluate', badUrl(values.url))
  return { command: 'evaluate', truth: values.truth, url, threshold: threshold ?? TRANSACTION_CONFIDENCE, json: values.json ?? false, minPrecision, minRecall }
}

/** A number from 0 to 1; null where it is none. */
function readShare(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined
  const share = Number(text || Number.NaN)
  return share >= 0 && share <= 1 ? share : null
}

function badShare(name: string, text: string | undefined): string {
  return `--${name} ${JSON.stringify(text)} is no number from 0 to 1`
}

/** `--from -1h` is how the API's own times read; Node takes `-1h` for an option unless it hangs on the name. */
function withRelativeTimes(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    const isTime = (text: string | undefined, name: string | undefined): boolean => (name === '--from' || name === '--to') && /^-\d/.test(text ?? '')
    if (isTime(arg, args[i - 1])) return []
    return isTime(args[i + 1], arg) ? [`${arg}=${args[i + 1]}`] : [arg]
  })
}

/** An address with a slash at its end, so that paths can be appended; null where it is none. */
function readUrl(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null
  return url.origin + url.pathname.replace(/\/*$/, '/')
}

function badUrl(text: string | undefined): string {
  return `--url ${JSON.stringify(text)} is no address; write it like http://127.0.0.1:3000`
}
