/** A JSON value as flat named values, for search and completion. */
import { isJsonObject, parseJson } from '#lib/base/json'
import type { Field } from '#lib/model/event'
import { isPlaceholder } from './ids'
import { FIELDS_MAX, VALUE_MAX } from './text-scan'

/** JSON inside strings is opened this often: SQS in SNS in S3 is three. */
const LAYERS_MAX = 4
/** Nodes looked at, so that a value with 50,000 keys costs no more than another. */
const NODES_MAX = 2000

/**
 * What AWS puts into every record of an event and nobody searches for. In a batch of ten it would take the room of what the records carry.
 */
const NOISE = new Set([
  'receiptHandle', 'ReceiptHandle', 'md5OfBody', 'Md5OfBody', 'md5OfMessageAttributes', 'Md5OfMessageAttributes', 'eventVersion', 'EventVersion', 'eventSource', 'EventSource', 'awsRegion', 'AwsRegion',
  'SenderId', 'SentTimestamp', 'ApproximateFirstReceiveTimestamp', 'Signature', 'SignatureVersion', 'SigningCertUrl', 'SigningCertURL', 'UnsubscribeUrl', 'UnsubscribeURL', 'EventSubscriptionArn',
  's3SchemaVersion', 'configurationId', 'x-amz-id-2', 'isBase64Encoded', 'kinesisSchemaVersion', 'StreamViewType',
]) // prettier-ignore

interface Node {
  name: string
  value: unknown
  layer: number
}

/**
 * Level by level, so that what stands near the top comes first: at most 64 fields of at most 512 characters, names joined with dots,
 * elements of a list under the list's name. Placeholders, and the names in `skip` at the top, are left out.
 *
 *   {order: {id: 7}, tags: ['a', 'b']}  ->  order.id=7, tags=a, tags=b
 */
export function flatten(value: unknown, fields: Field[], skip?: ReadonlySet<string>): void {
  const queue: Node[] = [{ name: '', value, layer: 0 }]
  for (let i = 0; i < queue.length && i < NODES_MAX && fields.length < FIELDS_MAX; i++) {
    const node = queue[i]
    if (node === undefined) return
    if (Array.isArray(node.value)) {
      for (const item of node.value.slice(0, FIELDS_MAX)) queue.push({ ...node, value: item })
    } else if (isJsonObject(node.value)) {
      for (const key of Object.keys(node.value)) {
        if (i === 0 ? skip?.has(key) : NOISE.has(key)) continue
        const child = node.value[key]
        if (typeof child !== 'object') leaf({ name: node.name === '' ? key : `${node.name}.${key}`, value: child, layer: node.layer }, fields, queue)
        else if (child !== null) queue.push({ name: node.name === '' ? key : `${node.name}.${key}`, value: child, layer: node.layer })
      }
    } else leaf(node, fields, queue)
  }
}

function leaf(node: Node, fields: Field[], queue: Node[]): void {
  const { name, value, layer } = node
  if (value === null || value === undefined || name === '' || name.length > 256 || fields.length >= FIELDS_MAX) return
  const text = typeof value === 'string' ? value : String(value)
  if (typeof value === 'string' && looksLikeContainer(value)) {
    if (layer >= LAYERS_MAX) return
    const parsed = parseJson(value)
    if (parsed.ok) queue.push({ name, value: parsed.value, layer: layer + 1 })
    return
  }
  if (text.length > VALUE_MAX || isPlaceholder(text)) return
  fields.push({ name, value: text })
}

/** A string that is itself an object or array in JSON. */
export function looksLikeContainer(text: string): boolean {
  const first = text.charCodeAt(0)
  if (first !== 123 && first !== 91) return false
  const last = text.charCodeAt(text.trimEnd().length - 1)
  return first === 123 ? last === 125 : last === 93
}
