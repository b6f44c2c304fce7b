/**
 * What a service of AWS answered to another one of AWS, as their logs keep it: the ids of what it made. In such a place the names are the
 * API's own, so that no mark of an SDK is asked for (a logger's answers are response.ts).
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import type { Ref } from '#lib/model/event'
import { idOf } from './ids'

const ENTRIES_MAX = 10_000

/** Messages, events and executions that the answer names, and the request ids of the call itself. */
export function answerRefs(answer: JsonObject): Ref[] {
  const refs: Ref[] = []
  const add = (kind: Ref['kind'], role: Ref['role'], id: unknown): void => {
    const value = idOf(id)
    if (value !== undefined && !refs.some((ref) => ref.kind === kind && ref.role === role && ref.value === value)) refs.push({ kind, role, value })
  }
  add('message', 'produced', answer.MessageId ?? answer.messageId)
  for (const entry of entries(answer.Entries ?? answer.entries)) add('event', 'produced', entry.EventId ?? entry.eventId)
  for (const entry of entries(answer.Successful ?? answer.successful)) add('message', 'produced', entry.MessageId ?? entry.messageId)
  if (typeof answer.ShardId === 'string' && typeof answer.SequenceNumber === 'string') add('position', 'produced', `${answer.ShardId}:${answer.SequenceNumber}`)
  const execution = answer.ExecutionArn ?? answer.executionArn
  if ('StartDate' in answer || 'startDate' in answer) add('execution', 'called', execution)
  for (const metadata of [answer.SdkResponseMetadata, answer.ResponseMetadata, answer.$metadata, answer]) {
    if (isJsonObject(metadata)) add('request', 'called', metadata.RequestId ?? metadata.requestId)
  }
  return refs
}

function entries(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.slice(0, ENTRIES_MAX).filter(isJsonObject) : []
}
