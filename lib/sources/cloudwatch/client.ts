/**
 * The two calls of CloudWatch Logs that reading needs, by the AWS SDK. One call is one request: paging, waiting and trying again are the
 * caller's. What the SDK throws is thrown on; lib/sources/aws/errors.ts says what it means.
 *
 * Never used: StartLiveTail (sampled at 500 events a second), GetLogEvents (no event ids), lastEventTimestamp of streams (hours old).
 */
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { clientConfig, type AwsPlace } from '#lib/sources/aws/credentials'
import type { FilteredEvent } from './decode'

export interface FilterRequest {
  group: string
  /** ms, both inclusive */
  fromMs: number
  toMs: number
  token: string | null
  filterPattern: string | null
  limit?: number
}

export interface FilterPage {
  events: FilteredEvent[]
  /** A page may be empty and have one: only its absence is the end. */
  nextToken: string | null
}

export interface DescribedGroup {
  name: string
  arn: string | null
  groupClass: string
  storedBytes: number
  retentionDays: number | null
  createdMs: number | null
}

export interface LogsApi {
  filter(request: FilterRequest): Promise<FilterPage>
  describe(request: { prefix: string; token: string | null; limit?: number }): Promise<{ groups: DescribedGroup[]; nextToken: string | null }>
  close(): void
}

/** FilterLogEvents gives at most this many events, or 1 MB. */
const PAGE_EVENTS = 10_000
/** DescribeLogGroups gives at most this many. */
const PAGE_GROUPS = 50

/** The package is loaded with the first connection: an instance without one never pays for it. */
export function createLogsApi(place: AwsPlace): LogsApi {
  let client: Promise<CloudWatchLogsClient> | undefined
  const connect = async (): Promise<CloudWatchLogsClient> => {
    const { CloudWatchLogsClient: Client } = await import('@aws-sdk/client-cloudwatch-logs')
    return new Client(await clientConfig(place))
  }
  const connected = (): Promise<CloudWatchLogsClient> => (client ??= connect())
  return {
    async filter({ group, fromMs, toMs, token, filterPattern, limit = PAGE_EVENTS }) {
      const { FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs')
      const answer = await (
        await connected()
      ).send(
        new FilterLogEventsCommand({
          logGroupName: group,
          startTime: fromMs,
          endTime: toMs,
          limit,
          ...(token === null ? {} : { nextToken: token }),
          ...(filterPattern === null || filterPattern === '' ? {} : { filterPattern }),
        }),
      )
      return { events: answer.events ?? [], nextToken: answer.nextToken ?? null }
    },
    async describe({ prefix, token, limit = PAGE_GROUPS }) {
      const { DescribeLogGroupsCommand } = await import('@aws-sdk/client-cloudwatch-logs')
      const command = new DescribeLogGroupsCommand({
        limit,
        ...(prefix === '' ? {} : { logGroupNamePrefix: prefix }),
        ...(token === null ? {} : { nextToken: token }),
      })
      const answer = await (await connected()).send(command)
      const groups = (answer.logGroups ?? []).flatMap((group) =>
        group.logGroupName === undefined
          ? []
          : [
              {
                name: group.logGroupName,
                arn: group.logGroupArn ?? group.arn ?? null,
                groupClass: group.logGroupClass ?? 'STANDARD',
                storedBytes: group.storedBytes ?? 0,
                retentionDays: group.retentionInDays ?? null,
                createdMs: group.creationTime ?? null,
              },
            ],
      )
      return { groups, nextToken: answer.nextToken ?? null }
    },
    close() {
      void client?.then((connection) => connection.destroy()).catch(() => {})
    },
  }
}
