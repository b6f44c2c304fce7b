/**
 * The registry: which formats are tried on a line, in this order. One line a format; each is a file of its own.
 *
 *   sniff     a look that costs next to nothing; where it says no, `read` is not asked
 *   read      fills in the draft; false where the line is not of this format after all, with the draft as it was
 *   decisive  where `sniff` says yes, no format before this one would take the line: so a stream whose lines are of this format may try
 *             it first. A test holds every sample line against this.
 *
 *   anywhere  a function may write such lines of itself. Lines of the other formats that a function prints it has read somewhere: they are
 *             part of its execution, and claim no span of their own
 *
 * What no format takes is read by its words (index.ts).
 */
import type { JsonObject } from '#lib/base/json'
import { readAccessLine } from './access-line'
import { isAppSyncLog, looksLikeAppSyncText, readAppSyncLog, readAppSyncText } from './appsync'
import { isAwsSpan, readAwsSpan } from './aws-spans'
import { isCloudFrontObject, looksLikeCloudFront, looksLikeHeader, readCloudFrontLine, readCloudFrontObject, readHeaderLine } from './cloudfront'
import { isCloudTrail, readCloudTrail } from './cloudtrail'
import { readAs, type Draft } from './draft'
import { looksLikeElb, readElbLine } from './elb'
import { isBusLog, readBusLog } from './eventbridge-log'
import { namesRequest, readGatewayLine } from './gateway'
import { looksLikeExecutionLine, readExecutionLine } from './gateway-execution'
import { looksLikeGatewayCsv, looksLikeGatewayXml, readGatewayCsv, readGatewayXml } from './gateway-text'
import { isPipesLog, readPipesLog } from './pipes-log'
import { readPlatformJson, readPlatformText } from './platform'
import { looksLikeS3Access, readS3AccessLine } from './s3-access'
import { isSnsDelivery, readSnsDelivery } from './sns-delivery'
import { looksLikeBrokenStepFunctions, readBrokenStepFunctionsLine, readStepFunctionsLine } from './step-functions'
import { looksLikeFlow, readFlowLine } from './vpc-flow'
import { isWafLog, readWafLog } from './waf'

interface Format<Line> {
  name: string
  sniff?(line: Line, draft: Draft): boolean
  decisive?: true
  anywhere?: true
  read(line: Line, draft: Draft): boolean
}

/** `first`: the characters that its lines begin with, where they are few; formats of other lines are not even asked. */
export type TextFormat = Format<string> & { first?: string }
export type ObjectFormat = Format<JsonObject>

const DIGITS = '0123456789'
const HEX = `${DIGITS}abcdefABCDEF`

/** Lines that are no JSON object. */
export const TEXT_FORMATS: readonly TextFormat[] = [
  { name: 'lambda', first: 'ISETR2', anywhere: true, read: readPlatformText },
  { name: 'api-gateway-execution', first: '(', sniff: looksLikeExecutionLine, decisive: true, read: readExecutionLine },
  { name: 'appsync-text', first: HEX, sniff: looksLikeAppSyncText, decisive: true, read: readAppSyncText },
  { name: 'api-gateway-xml', first: '<', sniff: looksLikeGatewayXml, decisive: true, read: readGatewayXml },
  { name: 'api-gateway-csv', first: `${HEX}:`, sniff: looksLikeGatewayCsv, decisive: true, read: readGatewayCsv },
  { name: 'elb', first: `${DIGITS}ghtw`, sniff: looksLikeElb, decisive: true, read: readElbLine },
  { name: 'cloudfront', first: DIGITS, sniff: looksLikeCloudFront, decisive: true, read: readCloudFrontLine },
  { name: 's3-access', first: HEX, sniff: looksLikeS3Access, decisive: true, read: readS3AccessLine },
  { name: 'vpc-flow', first: '2v', sniff: looksLikeFlow, decisive: true, read: readFlowLine },
  { name: 'step-functions-broken', first: '{', sniff: looksLikeBrokenStepFunctions, decisive: true, read: readBrokenStepFunctionsLine },
  { name: 'w3c-header', first: '#', sniff: looksLikeHeader, decisive: true, read: readHeaderLine },
  { name: 'access-line', sniff: (text) => text.includes('] "'), anywhere: true, read: readAccessLine },
]

/** Lines that are a JSON object. */
export const OBJECT_FORMATS: readonly ObjectFormat[] = [
  {
    name: 'lambda-json',
    sniff: ({ type }) => typeof type === 'string' && type.startsWith('platform.'),
    decisive: true,
    anywhere: true,
    read: readPlatformJson,
  },
  { name: 'aws-spans', sniff: isAwsSpan, decisive: true, read: readAwsSpan },
  { name: 'step-functions', sniff: (value) => 'execution_arn' in value, read: readStepFunctionsLine },
  { name: 'eventbridge-bus', sniff: isBusLog, decisive: true, read: readBusLog },
  { name: 'eventbridge-pipes', sniff: isPipesLog, decisive: true, read: readPipesLog },
  { name: 'sns-delivery', sniff: isSnsDelivery, decisive: true, read: readSnsDelivery },
  { name: 'cloudtrail', sniff: isCloudTrail, decisive: true, read: readCloudTrail },
  { name: 'appsync', sniff: isAppSyncLog, decisive: true, read: readAppSyncLog },
  { name: 'waf', sniff: isWafLog, decisive: true, read: readWafLog },
  { name: 'cloudfront-json', sniff: isCloudFrontObject, decisive: true, read: readCloudFrontObject },
  { name: 'api-gateway-json', sniff: namesRequest, read: readGatewayLine },
]

/** The formats of lines that begin with an ASCII character, in their order; the last row is for all other lines. */
const BY_FIRST: readonly (readonly TextFormat[])[] = Array.from({ length: 129 }, (_, code) =>
  TEXT_FORMATS.filter(({ first }) => first === undefined || (code < 128 && first.includes(String.fromCharCode(code)))),
)

function formatsOf(text: string): readonly TextFormat[] {
  const code = text.charCodeAt(0)
  return BY_FIRST[code < 128 ? code : 128] ?? TEXT_FORMATS
}

/** What a stream's last line was: only where to look first. */
export interface Hint {
  text: TextFormat | null
  object: ObjectFormat | null
}

/** True where a format of the registry has read the line. The result does not depend on the hint. */
export function readText(text: string, draft: Draft, hint: Hint): boolean {
  const first = hint.text
  const found = readFirst(formatsOf(text), text, draft, first)
  if (found?.decisive && found !== first) hint.text = found
  if (found !== null) readAs(draft, found.name)
  return found !== null
}

export function readObject(value: JsonObject, draft: Draft, hint: Hint): boolean {
  const first = hint.object
  const found = readFirst(OBJECT_FORMATS, value, draft, first)
  if (found?.decisive && found !== first) hint.object = found
  if (found !== null) readAs(draft, found.name)
  return found !== null
}

function readFirst<Line>(formats: readonly Format<Line>[], line: Line, draft: Draft, first: Format<Line> | null): Format<Line> | null {
  const inFunction = draft.service.kind === 'function'
  if (first !== null && (!inFunction || first.anywhere) && first.sniff?.(line, draft) && first.read(line, draft)) return first
  for (const format of formats) {
    if (inFunction && !format.anywhere) continue
    if (format !== first && (format.sniff === undefined || format.sniff(line, draft)) && format.read(line, draft)) return format
  }
  return null
}

/** Streams whose format is kept in mind; beyond it the memory starts anew. */
const STREAMS_MAX = 10_000

/** The hint of each stream, bounded: of whichever it was pointed at last. Streams without a decisive format, which most are, cost nothing. */
export class StreamHints implements Hint {
  private readonly texts = new Map<string, TextFormat>()
  private readonly objects = new Map<string, ObjectFormat>()
  private group: string | undefined
  private stream: string | undefined

  at(group: string | undefined, stream: string | undefined): Hint {
    this.group = group
    this.stream = stream
    return this
  }

  get text(): TextFormat | null {
    return this.texts.size === 0 ? null : (this.texts.get(this.key()) ?? null)
  }

  set text(format: TextFormat | null) {
    remember(this.texts, this.key(), format)
  }

  get object(): ObjectFormat | null {
    return this.objects.size === 0 ? null : (this.objects.get(this.key()) ?? null)
  }

  set object(format: ObjectFormat | null) {
    remember(this.objects, this.key(), format)
  }

  private key(): string {
    return `${this.group ?? ''}\0${this.stream ?? ''}`
  }
}

function remember<Format>(memory: Map<string, Format>, key: string, format: Format | null): void {
  if (memory.size >= STREAMS_MAX) memory.clear()
  if (format !== null) memory.set(key, format)
}
