/**
 * CloudWatch Logs' Live Tail, for looking: a stream of what is logged now. Never a way in: AWS samples it to 500 events a second, drops what is
 * read too slowly, and gives no event ids. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
 */
import { clientConfig, type AwsPlace } from '#lib/sources/aws/credentials'

export interface TailedEvent {
  timeMs: number
  /** `account:name`, as AWS writes it */
  logGroup: string
  logStream: string
  message: string
}

export type TailUpdate =
  | { kind: 'started' }
  /** About one a second; `sampled`: AWS left events out. */
  | { kind: 'events'; sampled: boolean; events: TailedEvent[] }
  /** AWS ends a session after three hours, or when it fails. */
  | { kind: 'ended'; reason: 'timeout' | 'failed'; message: string }

export interface TailRequest {
  /** ARNs without `:*` */
  groupArns: string[]
  filterPattern: string | null
  /** Ends the session, at any moment. */
  signal: AbortSignal
}

/** Throws the SDK's error where the session can't be started. Whoever stops reading ends it. */
export async function* tailLogs(place: AwsPlace, { groupArns, filterPattern, signal }: TailRequest): AsyncGenerator<TailUpdate> {
  const { CloudWatchLogsClient, StartLiveTailCommand } = await import('@aws-sdk/client-cloudwatch-logs')
  // AWS's own address gets a prefix for streams; any other is taken as it is.
  const client = new CloudWatchLogsClient({ ...(await clientConfig(place)), disableHostPrefix: place.endpoint !== null })
  const end = (): void => client.destroy()
  signal.addEventListener('abort', end, { once: true })
  try {
    const filter = filterPattern === null || filterPattern === '' ? {} : { logEventFilterPattern: filterPattern }
    const { responseStream } = await client.send(new StartLiveTailCommand({ logGroupIdentifiers: groupArns, ...filter }), { abortSignal: signal })
    for await (const message of responseStream ?? []) {
      if (signal.aborted) return
      const update = updateOf(message)
      if (update !== null) yield update
      if (update?.kind === 'ended') return
    }
  } catch (error) {
    if (signal.aborted) return
    const ended = endOf(error)
    if (ended === null) throw error
    yield ended
  } finally {
    signal.removeEventListener('abort', end)
    end()
  }
}

interface Message {
  sessionStart?: unknown
  sessionUpdate?: {
    sessionMetadata?: { sampled?: boolean | undefined } | undefined
    sessionResults?:
      | { timestamp?: number | undefined; logGroupIdentifier?: string | undefined; logStreamName?: string | undefined; message?: string | undefined }[]
      | undefined
  }
}

function updateOf(message: Message): TailUpdate | null {
  if (message.sessionStart !== undefined) return { kind: 'started' }
  if (message.sessionUpdate === undefined) return null
  const events = (message.sessionUpdate.sessionResults ?? []).map((event) => ({
    timeMs: event.timestamp ?? 0, logGroup: event.logGroupIdentifier ?? '', logStream: event.logStreamName ?? '', message: event.message ?? '',
  })) // prettier-ignore
  return { kind: 'events', sampled: message.sessionUpdate.sessionMetadata?.sampled === true, events }
}

function endOf(error: unknown): TailUpdate | null {
  const { name, message } = error as { name?: string; message?: string }
  if (name === 'SessionTimeoutException') return { kind: 'ended', reason: 'timeout', message: message ?? '' }
  return name === 'SessionStreamingException' ? { kind: 'ended', reason: 'failed', message: message ?? '' } : null
}
