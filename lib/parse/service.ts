/** Which service a log group or an ARN speaks of (design.md §2). The group's name is AWS's convention; a team may have chosen another. */
import type { ServiceKind, ServiceRef } from '#lib/model/event'

const RULES: [pattern: RegExp, kind: ServiceKind, assumed?: true][] = [
  [/^\/aws\/lambda-insights/, 'container', true],
  [/^\/aws\/lambda\/(?:us-east-1\.)?(.+)$/, 'function'],
  [/^\/aws\/apigateway\/(.+)$/, 'gateway'],
  [/^API-Gateway-(?:Execution|Access)-Logs_(.+)$/, 'gateway'],
  [/^\/aws\/appsync\/apis\/(.+)$/, 'gateway'],
  [/^\/aws\/(?:vendedlogs\/)?states\/(.+?)(?:-Logs)?$/, 'workflow'],
  [/^\/aws\/(?:vendedlogs\/)?events\/(?:event-bus\/)?(.+)$/, 'bus'],
  [/^\/aws\/(?:vendedlogs\/)?pipes\/(.+)$/, 'bus'],
  [/^\/aws\/ecs\/containerinsights\/(.+?)(?:\/performance)?$/, 'container'],
  [/^(?:\/aws)?\/ecs\/(.+)$/, 'container'],
  [/^\/aws\/rds\/(?:instance|cluster)\/([^/]+)\/.*$/, 'container', true],
  [/^sns\/[^/]+\/\d+\/(.+?)(?:\/Failure)?$/, 'topic'],
]

const memory = new Map<string, ServiceRef>()
const MEMORY_MAX = 10_000

/** Events of one group share one object; the answer depends on the name alone. */
export function serviceOfGroup(logGroup: string): ServiceRef {
  let service = memory.get(logGroup)
  if (service === undefined) {
    if (memory.size >= MEMORY_MAX) memory.clear()
    service = findService(logGroup)
    memory.set(logGroup, service)
  }
  return service
}

function findService(logGroup: string): ServiceRef {
  for (const [pattern, kind, assumed] of RULES) {
    const match = pattern.exec(logGroup)
    const name = match?.[1]
    if (name) return assumed ? { kind, name, assumed } : { kind, name }
  }
  const segments = logGroup.split('/').filter((segment) => segment !== '')
  return { kind: 'container', name: segments[segments.length - 1] ?? logGroup, assumed: true }
}

/** A delivery without a group: what the records state of themselves decides, else its NAME, which may be a group's (`aws logs tail /aws/lambda/f | …`). */
export function serviceOfName(sourceName: string): ServiceRef {
  const named = serviceOfGroup(sourceName)
  if (named.assumed !== true) return named
  return serviceOfGroup(`/${sourceName.replaceAll('/', '-')}`)
}

/** `arn:aws:lambda:eu-west-1:1:function:NAME:alias` -> NAME; other ARNs: what follows the last colon or the resource type. */
export function nameOfArn(arn: string): string {
  const parts = arn.split(':')
  if (parts[2] === 'lambda') return parts[6] ?? arn
  if (parts[2] === 'states') return parts[6] ?? arn
  const resource = parts.slice(5).join(':')
  const path = resource.split('/')
  if ((parts[2] === 'dynamodb' || parts[2] === 'kinesis' || parts[2] === 'events') && path.length > 1) return path[1] ?? resource
  return resource === '' ? arn : (path[path.length - 1] ?? resource)
}

/** `https://sqs.<region>.amazonaws.com/<account>/<name>` -> the queue's ARN. */
export function queueArn(url: string | undefined): string | null {
  const parts = /^https:\/\/sqs\.([a-z0-9-]{4,25})\.amazonaws\.com\/(\d{12})\/([\w.-]{1,85})$/.exec(url ?? '')
  return parts === null ? null : `arn:aws:sqs:${parts[1]}:${parts[2]}:${parts[3]}`
}
