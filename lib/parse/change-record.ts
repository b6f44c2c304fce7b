/**
 * A record of a DynamoDB table's change stream names nobody who wrote: it says which row, when, and what stands in it now. By that its writer is
 * looked for (lib/link/changes.ts).
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
 * Supports Keys and NewImage, scalars at their top; ignores OldImage, which is what others wrote, sets, lists and maps inside.
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import type { UnixNano } from '#lib/base/time'
import type { Ref } from '#lib/model/event'
import { changeKey } from '#lib/model/keys'
import { isTelling } from './batch-keys'

const IMAGE_MAX = 12
const KEY_LENGTH_MIN = 3
const VALUE_LENGTH_MAX = 256

/** What its writer has to be found by: none where the record has no time, or a row whose key is a short number. */
export function changeRefs(change: JsonObject, writtenNs: UnixNano | null): Ref[] {
  const keys = scalars(change.Keys)
  if (writtenNs === null || !keys.some((key) => key.length >= KEY_LENGTH_MIN)) return []
  const image = scalars(change.NewImage).filter((value) => isTelling(value) && !keys.includes(value))
  return [{ kind: 'change', role: 'consumed', value: changeKey({ writtenNs, keys, image: [...new Set(image)].slice(0, IMAGE_MAX) }) }]
}

/** `{code: {S: 'SAVE20'}, percent: {N: '20'}}` -> `SAVE20`, `20`. */
function scalars(attributes: unknown): string[] {
  if (!isJsonObject(attributes)) return []
  return Object.values(attributes).flatMap((attribute) => {
    const value = isJsonObject(attribute) ? (attribute.S ?? attribute.N) : undefined
    return typeof value === 'string' && value !== '' && value.length <= VALUE_LENGTH_MAX ? [value] : []
  })
}
